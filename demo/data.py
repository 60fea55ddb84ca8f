"""What the demo's people are made of: names, places and sentences as an office in Germany meets them. All invented."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


# Share of all people, women's names, men's names, family names ("women|men" where they differ).
ORIGINS: tuple[tuple[int, tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        79,
        _words(
            "Andrea Angelika Anja Anke Anna Antje Astrid Barbara Beate Bettina Birgit Brigitte Britta Carina Carola "
            "Christa Christiane Christine Claudia Cornelia Dagmar Daniela Doris Elfriede Elisabeth Elke Emma Erika Eva "
            "Franziska Frauke Friederike Gabriele Gerda Gisela Gudrun Hannah Hannelore Heike Helga Hildegard Ilse Ina "
            "Ines Inge Ingrid Irmgard Jana Johanna Judith Julia Jutta Karin Katharina Kathrin Katja Kerstin Kirsten "
            "Klara Laura Lea Lena Leonie Lisa Luise Maike Manuela Maren Margarete Maria Marie Marina Marion Marlene "
            "Martina Melanie Mia Michaela Miriam Monika Nadine Nele Nicole Nina Nora Petra Pia Ramona Regina Renate "
            "Rita Roswitha Ruth Sabine Sabrina Sandra Sarah Sigrid Silke Silvia Simone Sonja Stefanie Steffi Susanne "
            "Svenja Tanja Theresa Ulrike Ursula Ute Vanessa Vera Verena Waltraud Wiebke Yvonne Änne"
        ),
        _words(
            "Achim Albert Alexander Alfred Andreas Anton Arne Arno Axel Bastian Benedikt Benjamin Bernd Bernhard Björn "
            "Bruno Carsten Christian Christoph Christopher Clemens Cornelius Daniel David Dennis Detlef Dieter Dietmar "
            "Dirk Dominik Eberhard Eckhard Elias Emil Erich Erik Ernst Fabian Felix Finn Florian Frank Franz Friedrich "
            "Fritz Georg Gerd Gerhard Gregor Guido Günter Günther Gustav Hans Harald Hartmut Heiko Heiner Heinrich "
            "Heinz Helmut Henning Henrik Herbert Hermann Holger Horst Hubert Ingo Jakob Jan Jannik Jens Joachim Jochen "
            "Johannes Jonas Jörg Josef Julian Jürgen Kai Karl Karsten Klaus Konrad Konstantin Kurt Lars Leon Lorenz "
            "Ludwig Lukas Lutz Manfred Marcel Marco Markus Martin Matthias Max Maximilian Michael Moritz Nico Nils "
            "Norbert Ole Oliver Olaf Otto Paul Peter Philipp Rainer Ralf Reinhard René Robert Roland Rolf Rüdiger "
            "Sebastian Simon Stefan Sven Sönke Thomas Thorsten Tim Tobias Tom Torben Udo Ulf Ulrich Uwe Volker Walter "
            "Werner Wilhelm Wolfgang"
        ),
        _words(
            "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter "
            "Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause "
            "Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang "
            "Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck "
            "Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt "
            "Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kuhn Kühn Pohl "
            "Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Lindner Ernst Hübner Kramer Franz "
            "Beyer Wenzel Götz Haase Kirchner Mohr Ritter Riedel Paul Barth Hermann Thiel Brinkmann Behrens Hansen "
            "Petersen Jensen Nissen Carstensen Ehlers Lüders Wiese Tönnies Overbeck Vosskuhl Hölscher Kleinschmidt "
            "Übelacker Grünwald Öhler Strauß Weißgerber Großmann Süßmuth Bäumer Knörzer Häberle Pfleiderer Stöckle "
            "Niedermeier Obermüller Brandl Aigner Schweiger Wimmer Hirschfeld Rosenthal Buchholz Eichhorn Steinhoff "
            "Müller-Lüdenscheidt Schmidt-Rottmann Meyer-Abich Krause-Hinrichs Becker-Stüwe Hoffmann-Wöhrle"
        ),
    ),
    (
        6,
        _words("Ayşe Elif Emine Esra Fatma Gülay Hatice Melek Merve Nurgül Selin Sevgi Yasemin Zeynep Özlem"),
        _words("Ahmet Ali Burak Can Cem Emre Hakan Hasan Kemal Mehmet Murat Mustafa Okan Serkan Ümit Yusuf"),
        _words("Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Arslan Doğan Koç Kurt Özdemir Aksoy Güneş"),
    ),
    (
        5,
        _words("Agnieszka Barbara Ewa Katarzyna Magdalena Małgorzata Monika Zofia Beata Joanna"),
        _words("Andrzej Dariusz Grzegorz Jacek Krzysztof Łukasz Marek Paweł Piotr Tomasz Wojciech"),
        _words(
            "Kowalska|Kowalski Wiśniewska|Wiśniewski Kamińska|Kamiński Nowak Wójcik Mazur Zielińska|Zieliński "
            "Szymańska|Szymański Dąbrowska|Dąbrowski Kubiak Pawlak Górska|Górski"
        ),
    ),
    (
        3,
        _words("Olga Irina Natalia Svetlana Tatjana Ludmilla Elena Jelena Oksana"),
        _words("Alexej Dimitri Eugen Igor Sergej Viktor Waldemar Wladimir Oleksandr"),
        _words("Iwanowa|Iwanow Petrowa|Petrow Schewtschenko Kowalenko Wagner Neufeld Dück Lebedewa|Lebedew"),
    ),
    (
        3,
        _words("Chiara Francesca Giulia Lucia Carmen Ana Inês Eleni Maria Despina"),
        _words("Antonio Giuseppe Luca Marco Salvatore José Miguel Nikolaos Dimitrios Georgios"),
        _words("Rossi Esposito Romano D’Angelo Conti García Fernández Silva Pereira Papadopoulos"),
    ),
    (
        2,
        _words("Jelena Dragana Ivana Marija Snežana Mirela Amra"),
        _words("Dragan Goran Ivan Luka Marko Zoran Željko Edin"),
        _words("Petrović Jovanović Horvat Kovačević Marić Đorđević Hadžić Babić"),
    ),
    (
        2,
        _parts("Thi Lan|Linh|Mai|Leila|Noor|Samira|Fatima|Priya|Ananya"),
        _parts("Minh|Duc Anh|Tuan|Omar|Karim|Reza|Samir|Arjun|Rahul"),
        _words("Nguyen Tran Pham Haddad Rahimi Karimi El-Sayed Sharma Patel"),
    ),
)
NOBLE = (
    ("von Rabenau", "von Rabenau"),
    ("Freifrau von Altenbruch", "Freiherr von Altenbruch"),
    ("Gräfin von Hohenfels", "Graf von Hohenfels"),
    ("von der Heydte", "von der Heydte"),
    ("zu Lindenfels", "zu Lindenfels"),
    ("von Oertzenhof", "von Oertzenhof"),
)
TITLES = ("Dr.", "Dr.", "Dr.", "Dr. med.", "Dr.-Ing.", "Prof. Dr.", "Prof.", "Dipl.-Ing.")
COMPANIES = _lines("""
    Hausverwaltung {name} GmbH
    {name} Bau GmbH
    Bäckerei {name}
    {name} & Söhne OHG
    Architekturbüro {name}
    Autohaus {name} GmbH & Co. KG
    Erbengemeinschaft {name}
    {name} Vermögensverwaltung KG
    Tischlerei {name}
    Steuerkanzlei {name} & Partner
""")

# Codes and towns belong together.
PLACES = tuple(
    (line[:5], line[6:])
    for line in _lines("""
    01067 Dresden
    01097 Dresden
    03046 Cottbus
    04109 Leipzig
    04177 Leipzig
    06108 Halle (Saale)
    07743 Jena
    08056 Zwickau
    09111 Chemnitz
    10115 Berlin
    10437 Berlin
    10585 Berlin
    12043 Berlin
    13187 Berlin
    14163 Berlin
    14467 Potsdam
    17489 Greifswald
    18055 Rostock
    19053 Schwerin
    20249 Hamburg
    21335 Lüneburg
    22085 Hamburg
    22301 Hamburg
    22587 Hamburg
    23552 Lübeck
    24103 Kiel
    25335 Elmshorn
    26121 Oldenburg
    26721 Emden
    27568 Bremerhaven
    28195 Bremen
    28359 Bremen
    30159 Hannover
    30625 Hannover
    31134 Hildesheim
    32052 Herford
    33098 Paderborn
    33602 Bielefeld
    34117 Kassel
    35037 Marburg
    35390 Gießen
    37073 Göttingen
    38100 Braunschweig
    38440 Wolfsburg
    39104 Magdeburg
    40213 Düsseldorf
    40477 Düsseldorf
    40667 Meerbusch
    41061 Mönchengladbach
    42103 Wuppertal
    42651 Solingen
    44135 Dortmund
    44787 Bochum
    45127 Essen
    45468 Mülheim an der Ruhr
    46045 Oberhausen
    47051 Duisburg
    47798 Krefeld
    48143 Münster
    49074 Osnabrück
    50667 Köln
    50674 Köln
    50931 Köln
    51063 Köln
    51465 Bergisch Gladbach
    52062 Aachen
    53111 Bonn
    53604 Bad Honnef
    53721 Siegburg
    54290 Trier
    55116 Mainz
    56068 Koblenz
    57072 Siegen
    58095 Hagen
    59065 Hamm
    60311 Frankfurt am Main
    60594 Frankfurt am Main
    61348 Bad Homburg vor der Höhe
    63065 Offenbach am Main
    64283 Darmstadt
    65183 Wiesbaden
    66111 Saarbrücken
    67059 Ludwigshafen am Rhein
    67655 Kaiserslautern
    68159 Mannheim
    69117 Heidelberg
    70173 Stuttgart
    70597 Stuttgart
    71638 Ludwigsburg
    72070 Tübingen
    73728 Esslingen am Neckar
    74072 Heilbronn
    76133 Karlsruhe
    78462 Konstanz
    79098 Freiburg im Breisgau
    80331 München
    80801 München
    81541 München
    82319 Starnberg
    83022 Rosenheim
    84028 Landshut
    85049 Ingolstadt
    86150 Augsburg
    87435 Kempten (Allgäu)
    88045 Friedrichshafen
    89073 Ulm
    90402 Nürnberg
    90762 Fürth
    91054 Erlangen
    93047 Regensburg
    94032 Passau
    95444 Bayreuth
    96047 Bamberg
    97070 Würzburg
    99084 Erfurt
    99423 Weimar
    """)
)
STREETS = _parts(
    "Hauptstraße|Schulstraße|Gartenstraße|Bahnhofstraße|Dorfstraße|Bergstraße|Lindenstraße|Birkenweg|Kirchstraße|"
    "Waldstraße|Ringstraße|Schillerstraße|Goethestraße|Amselweg|Finkenweg|Drosselweg|Meisenweg|Buchenweg|Eichenweg|"
    "Ahornweg|Kastanienallee|Rosenstraße|Tulpenweg|Fliederweg|Am Sportplatz|Am Mühlbach|Am Anger|Am Stadtpark|"
    "Im Wiesengrund|Im Winkel|An der Alten Ziegelei|Auf der Höhe|Zum Grünen Jäger|Beethovenstraße|Mozartstraße|"
    "Bachstraße|Uhlandstraße|Lessingstraße|Heinrich-Heine-Straße|Käthe-Kollwitz-Straße|Gerhart-Hauptmann-Ring|"
    "Theodor-Storm-Weg|Parkstraße|Seestraße|Uferweg|Weinbergstraße|Mühlenweg|Feldstraße|Wiesenstraße|Kiefernweg|"
    "Königsberger Straße|Breslauer Straße|Danziger Straße|Friedhofsallee|Marktplatz|Burgstraße|Schlossallee|"
    "Kapellenweg|Nelkenweg|Elsterweg|Weißdornweg|Ährenweg|Ölmühlstraße"
)
