"""What a page says of itself."""

from django import forms

from base.ids import PATTERN
from base.notices import TAB
from live.presence import BOARD, LIST


class HereForm(forms.Form):
    at = forms.RegexField(rf"^(?:{BOARD}|{LIST}|contact-{PATTERN})\Z")
    tab = forms.RegexField(rf"^{TAB.pattern}\Z")
    leaving = forms.BooleanField(required=False)
