import pytest
from flask import render_template_string
from wtforms import BooleanField, EmailField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from app.web.forms import REQUIRED, Form
from tests.site.pages import BeautifulSoup

PAGE = """
{% from "macros/forms.html" import button_form, confirm, field, post_form, submit %}
{% call post_form(form, "/there") %}
  {% for f in form if f.name != "csrf_token" %}{{ field(f) }}{% endfor %}
  {{ submit("Send") }}
{% endcall %}
{% call confirm("Sure?") %}Really{% endcall %}
{{ button_form("/gone", "Go") }}
"""


class Sample(Form):
    """One field of each kind."""

    name = StringField(
        "Name",
        [
            InputRequired(REQUIRED),
            Length(3, 9, message="3 to 9"),
            Regexp("[a-z]+$", message="a to z", html_pattern="[a-z]+"),
        ],
        description="Short <b>",
    )
    again = StringField("Again", [EqualTo("name", message="not the same")])
    email = EmailField("E-mail", render_kw={"autocomplete": "email"})
    colour = SelectField("Colour", choices=["red", "blue"])
    size = RadioField("Size", choices=["s", "l"])
    agree = BooleanField("Agree")
    secret = HiddenField(default="x")


@pytest.fixture
def page(app):
    """Give a function that shows the form after it was sent, or fresh."""

    def show(**sent):
        with app.test_request_context(method="POST" if sent else "GET", data=sent):
            form = Sample()
            if sent:
                form.validate()
            return BeautifulSoup(render_template_string(PAGE, form=form), "html.parser")

    return show


def test_the_rules_stand_in_the_html(page):
    name = page().find(id="name")
    assert name.has_attr("required")
    assert (name["minlength"], name["maxlength"], name["pattern"]) == ("3", "9", "[a-z]+")


def test_our_messages_stand_beside_the_rules(page):
    form = page()
    name = form.find(id="name")
    assert name["data-required-message"] == "Please fill in this field."
    assert name["data-length-message"] == "3 to 9"
    assert name["data-pattern-message"] == "a to z"
    assert form.find(id="email")["data-type-message"] == "This is not an e-mail address."
    assert form.find(id="again")["data-equal-to"] == "name"
    assert form.find(id="again")["data-equal-message"] == "not the same"


def test_every_control_has_a_label(page):
    form = page()
    named = {label["for"] for label in form.find_all("label")}
    controls = {tag["id"] for tag in form.select("input[id]:not([type=hidden]), select")}
    assert controls <= named


def test_help_describes_its_field(page):
    form = page()
    assert form.find(id="name")["aria-describedby"] == "name-help"
    assert form.find(id="name-help").text == "Short <b>"


def test_errors_describe_their_field_and_values_are_kept(page):
    form = page(name="A1", again="other")
    name = form.find(id="name")
    assert name["value"] == "A1"
    assert name["aria-invalid"] == "true"
    assert name["aria-describedby"] == "name-help name-errors"
    assert [tag.text for tag in form.find(id="name-errors").find_all("span")] == [
        "3 to 9",
        "a to z",
    ]
    assert form.find(id="again-errors").text.strip() == "not the same"


def test_choices_stand_in_a_group_with_a_name(page):
    group = page().find("fieldset")
    assert group.legend.text == "Size"
    assert len(group.find_all("input")) == 2


def test_hidden_fields_have_no_label(page):
    form = page()
    assert not form.find("label", {"for": "secret"})
    assert form.find(id="secret")["value"] == "x"


def test_the_form_posts_where_it_is_told(page):
    form = page().find("form")
    assert (form["method"], form["action"]) == ("post", "/there")
    assert form.find("button")["type"] == "submit"


def test_a_refused_form_opens_at_the_first_wrong_field(page):
    assert not page().find(autofocus=True)
    wrong = page(name="no", again="other").find_all(autofocus=True)
    assert [field["id"] for field in wrong] == ["name"]


def test_an_error_of_the_whole_form_is_announced(app):
    with app.test_request_context():
        form = Sample()
        form.form_errors.append("Nothing works")
        page = BeautifulSoup(render_template_string(PAGE, form=form), "html.parser")
    assert page.find(role="alert").text.strip() == "Nothing works"


def test_a_button_alone_carries_the_token(page):
    button = page().select_one("form.button-form")
    assert button["action"] == "/gone"
    assert button.find("input", {"name": "csrf_token"})["value"]


def test_what_needs_a_second_look_opens_without_a_script(page):
    assert page().find("details").summary.text == "Sure?"
