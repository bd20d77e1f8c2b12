"""Fields taken from a form by what they are."""

from __future__ import annotations

import pytest
from django import forms

from imc_portal.core.forms import choice_field, model_choice_field
from imc_portal.core.models import User


class Asked(forms.Form):
    """One field of each kind."""

    one = forms.ChoiceField()
    row = forms.ModelChoiceField(User.objects.none())
    word = forms.CharField()


def test_choices_are_set_on_the_field_of_this_form_alone() -> None:
    form = Asked()
    choice_field(form, "one").choices = [("a", "A")]
    model_choice_field(form, "row").empty_label = "Choose one"
    assert '<option value="a">A</option>' in str(form["one"])
    assert "option" not in str(Asked()["one"])


def test_a_field_of_another_kind_is_named() -> None:
    with pytest.raises(TypeError, match=r"Asked\.word is a CharField, not a ChoiceField\."):
        choice_field(Asked(), "word")
    with pytest.raises(TypeError, match=r"Asked\.one is a ChoiceField, not a ModelChoiceField\."):
        model_choice_field(Asked(), "one")
