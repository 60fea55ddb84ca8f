"""Folded words that identify cells: common first names, and towns whose postcodes begin with 0."""


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


FIRST_NAMES = words_of(
    """
    achim adam agnes albert alexander alexandra alfred ali alina amelie andre andrea andreas angela angelika anja
    anke ann anna anne annegret anneliese annett annette annika antje anton antonia armin arne astrid axel ayse
    barbara bastian beate ben benjamin bernd bernhard bert berta bettina bianca birgit birgitte bjoern bodo brigitte
    britta bruno carina carl carla carmen carola carolin carsten charlotte christa christel christian christiane
    christina christine christof christoph christopher claudia clemens cornelia cornelius dagmar daniel daniela
    david denise dennis detlef diana dieter dietmar dietrich dirk dominik dora doris dorothea eberhard eckhard edith
    elena eleonore elfriede elias elisabeth elke ella ellen elsa elvira emil emilia emma emre erhard eric erich
    erika erna ernst erwin esther eugen eva evelyn fabian fatma felix ferdinand finn florian frank franz franziska
    frauke frieda friedrich fritz gabi gabriele georg gerald gerd gerda gerhard gerlinde gertrud gisela gregor greta
    gudrun guenter guenther guido gustav hanna hannah hannelore hanno hans harald hartmut hasan heidi heike heiko
    heiner heinrich heinz helene helga helmut henning henrik herbert hermann hildegard holger horst hubert hugo ida
    ilona ilse ines inge ingeborg ingo ingrid irene iris irmgard isabel isabell isabella jakob jan jana jasmin jens
    jessica joachim jochen joerg johann johanna johannes jonas jordan josef juergen julia julian jutta kai karin
    karl karla karsten katharina kathrin katja katrin kerstin kevin kirsten klara klaus konrad konstantin kristin
    kurt lara lars laura lea lena leon leonie lina linda lisa lothar louis luca lucas lucia ludwig luis luisa lukas
    lutz lydia magdalena maik maja malte manfred manuel manuela marc marcel marco marcus mareike margarete
    margarethe margit margot maria marianne marie marina mario marion marius mark marko markus marlene marlies marta
    martha martin martina mathias matthias max maximilian mehmet melanie mia michael michaela miriam mohammed monika
    moritz murat mustafa nadine nadja natalie natascha nele nico nicola nicole niklas nikolaus nils nina noah nora
    norbert oezlem olaf ole olga oliver oskar oswald otto patricia patrick paul paula peter petra philipp pia rainer
    ralf ralph ramona raphael rebecca regina reiner reinhard reinhold renate rene ricarda richard rita robert roland
    rolf rosa rosemarie roswitha ruediger ruth sabine sabrina sandra sandy sara sarah sascha sebastian selina
    sibylle siegfried sigrid silke silvia simon simone sofia sonja sophia sophie stefan stefanie steffen stephan
    stephanie susann susanne sven svenja sylvia tanja tatjana theo theodor theresa thomas thorsten till tim timo
    tina tobias tom torsten ulla ulrich ulrike ursula uta ute uwe valentin vanessa vera verena veronika viktor
    viktoria vincent volker walter waltraud werner wilfried wilhelm willi winfried wolf wolfgang yannick yvonne
    zeynep
    """
)
GERMAN_PLACES = words_of(
    """
    altenburg annaberg apolda aschersleben aue auerbach bautzen bernburg bischofswerda bitterfeld borna borsdorf
    brandis calau chemnitz coswig cottbus crimmitschau delitzsch dessau dippoldiswalde doebeln dresden ebersbach
    eilenburg eisenberg eisleben elsterwerda finsterwalde floeha forst frankenberg freiberg freital gera glauchau
    goerlitz graefenhainichen greiz grimma grossenhain guben hainichen halle heidenau hermsdorf herzberg hettstedt
    hohenstein hoyerswerda jena kahla kamenz kirchberg klingenthal koethen krostitz landsberg lauchhammer leipzig
    leuna limbach lobenstein loebau luckau luebbenau lugau machern marienberg markkleeberg markneukirchen
    markranstaedt meerane meissen merseburg meuselwitz mittweida naumburg naunhof neugersdorf niesky nossen oelsnitz
    olbernhau oschatz pirna plauen poessneck quedlinburg querfurt rackwitz radeberg radebeul reichenbach riesa
    rodewisch rudolstadt saalfeld sangerhausen schkeuditz schleiz schmoelln schwarzenberg sebnitz senftenberg
    spremberg stadtroda stollberg taucha thale torgau treuen vetschau weida weissenfels weisswasser werdau wilkau
    wilsdruff wittenberg wolfen wurzen zeitz zerbst zeulenroda zittau zschopau zwenkau zwickau
    """
)
