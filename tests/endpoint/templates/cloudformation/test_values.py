"""The intrinsic functions of CloudFormation, as far as they can be known on this machine."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from authlens.core.text.yaml_reader import YamlError
from authlens.endpoint.templates.cloudformation.text import load_template
from authlens.endpoint.templates.cloudformation.values import NO_VALUE, Outside, Resolver, Unresolvable

TEMPLATE = """
    Parameters:
      Text: {Type: String, Default: text}
      Number: {Type: Number, Default: 007}
      Flag: {Type: String, Default: true}
      Capital: {Type: String, Default: True}
      Word: {Type: String, Default: yes}
      Many: {Type: CommaDelimitedList, Default: "a,b,c"}
      Unknown: {Type: String}
      Given: {Type: CommaDelimitedList}
      Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /name}
    Conditions:
      Yes: !Equals [!Ref Text, text]
      No: !Not [!Condition Yes]
      Both: !And [!Condition Yes, !Condition No]
      Either: !Or [!Condition Yes, !Condition No]
    Mappings:
      Map: {one: {two: three, list: [x, y]}}
    Resources:
      Fn: {Type: "AWS::Lambda::Function"}
      Table: {Type: "AWS::DynamoDB::Table"}
    Value: VALUE
"""
PSEUDO = {"AWS::Region": "eu-west-1", "AWS::NoValue": NO_VALUE}
EXPORTS = {"shared": "exported"}
RESOURCES = {("Fn", None): "fn", ("Fn", "Arn"): "arn:fn"}

KNOWN: dict[str, Any] = {
    "plain": "plain",
    "12": 12,
    "true": True,
    "''": "",
    "2010-09-09": "2010-09-09",
    "!Ref Text": "text",
    "{Ref: Text}": "text",
    "!Ref Number": "007",
    "!Ref Flag": "true",
    "!Ref Capital": "true",
    "!Ref Word": "true",
    "!Equals [!Ref Capital, True]": True,
    "!Equals [!Ref Word, on]": True,
    "!Equals [!Ref Word, 'yes']": False,
    "[yes, On, NO, 'yes', y, Y, n]": [True, True, False, "yes", "y", "Y", "n"],
    "!Ref Many": ["a", "b", "c"],
    "!Ref Given": ["x", "y"],
    "!ImportValue shared": "exported",
    "!Length [1, 2]": 2,
    "!ToJsonString {a: 1}": '{"a":1}',
    "!Ref AWS::Region": "eu-west-1",
    "!Ref Fn": "fn",
    "!GetAtt Fn.Arn": "arn:fn",
    "!GetAtt [Fn, Arn]": "arn:fn",
    "{'Fn::GetAtt': Fn.Arn}": "arn:fn",
    "!Sub 'a ${Text} ${Fn} ${Fn.Arn} ${AWS::Region} ${!Text}'": "a text fn arn:fn eu-west-1 ${Text}",
    "!Sub ['${A}${Text}', {A: !Ref Number}]": "007text",
    "!Join ['-', [a, !Ref Text, 1, true]]": "a-text-1-true",
    "!Join [',', !Ref Many]": "a,b,c",
    "!Select [1, !Ref Many]": "b",
    "!Select ['0', !Split ['/', 'x/y']]": "x",
    "!If [Yes, 1, 2]": 1,
    "!If [No, 1, 2]": 2,
    "!If [Both, 1, 2]": 2,
    "!If [Either, 1, 2]": 1,
    "!FindInMap [Map, one, two]": "three",
    "!FindInMap [Map, !Select [0, [one]], list]": ["x", "y"],
    "!FindInMap [Map, none, two, {DefaultValue: !Ref Text}]": "text",
    "!FindInMap [Map, one, two, {DefaultValue: other}]": "three",
    "!Base64 text": "dGV4dA==",
    "[a, !Ref AWS::NoValue, b]": ["a", "b"],
    "{a: !Ref AWS::NoValue, b: {c: !Ref Text}}": {"b": {"c": "text"}},
}
ON_AWS_ONLY = {
    "!Ref Unknown": "the parameter Unknown has no default",
    "!Ref Stored": "the parameter Stored is kept in the Parameter Store",
    "!Ref Nothing": "this template has no parameter or resource Nothing",
    "!Ref Table": "the name of Table is known on AWS only",
    "!GetAtt Fn.Version": "Fn.Version is known on AWS only",
    "!Sub '${Table}-x'": "the name of Table is known on AWS only",
    "!Sub '${Nothing.Arn}'": "this template has no resource Nothing",
    "!ImportValue other": "the export 'other' belongs to a stack that is not here",
    "!GetAZs ''": "Fn::GetAZs is resolved by AWS only",
    "'{{resolve:secretsmanager:x}}'": "the dynamic reference {{resolve:secretsmanager:x}}",
    "!FindInMap [Map, one, four]": "the mapping 'Map' has no 'four'",
    "!If [Never, 1, 2]": "there is no condition 'Never'",
}
WRONG = {
    "!Join a": "this must be a list",
    "!Join [a]": "this must be a list of 2",
    "!Select [9, [a]]": "Fn::Select finds no such item",
    "!If [Yes, 1]": "Fn::If takes a condition and two values",
    "!Sub [a]": "Fn::Sub takes a text and a mapping",
    "!Sub {a: b}": "Fn::Sub must be text",
    "!Base64 [a]": "this must be text",
    "!GetAtt Fn": "Fn::GetAtt takes a resource and one of its attributes",
}


def resolve(value: str) -> Any:
    root = load_template(dedent(TEMPLATE).replace("VALUE", value)).mapping()
    outside = Outside(
        PSEUDO, {"Given": lambda: "x, y"}, lambda name, attribute: RESOURCES.get((name, attribute)), EXPORTS.get
    )
    return Resolver(root, outside).resolve(root["Value"])


@pytest.mark.parametrize("value", KNOWN)
def test_known(value: str) -> None:
    assert resolve(value) == KNOWN[value]


@pytest.mark.parametrize("value", ON_AWS_ONLY)
def test_known_on_aws_only(value: str) -> None:
    with pytest.raises(Unresolvable) as caught:
        resolve(value)
    assert caught.value.reason.startswith(ON_AWS_ONLY[value])
    assert caught.value.node.line > 1


@pytest.mark.parametrize("value", WRONG)
def test_wrong(value: str) -> None:
    with pytest.raises(YamlError) as caught:
        resolve(value)
    assert caught.value.message.startswith(WRONG[value])
    assert caught.value.line > 1


BROKEN = {
    "a: *b": (1, 4, "undefined alias"),
    "a: [": (1, 5, "not valid YAML"),
    "a: 1\n'a': 2": (2, 1, "twice"),
    "? [a]\n: 1": (1, 3, "a key must be text"),
    "a: " + "[" * 60 + "]" * 60: (1, 43, "nested deeper than 40 levels"),
    "a:\n  - " + "[" * 5000: (2, 43, "nested deeper than 40 levels"),
    "a: b\nc: \x00": (2, 4, "the character U+0000 is not allowed"),
    "a: '\x1b'": (1, 5, "the character U+001B is not allowed"),
}


@pytest.mark.parametrize("text", BROKEN, ids=[reason for _, _, reason in BROKEN.values()])
def test_a_text_that_is_not_a_template(text: str) -> None:
    with pytest.raises(YamlError) as caught:
        load_template(text)
    line, column, reason = BROKEN[text]
    assert reason in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_large_template_is_refused() -> None:
    with pytest.raises(YamlError, match="larger than"):
        load_template("a: " + "b" * (1024 * 1024))


def test_json_has_places_too() -> None:
    assert load_template('{\n  "a": {"Ref": "b"}\n}').mapping()["a"].line == 2
