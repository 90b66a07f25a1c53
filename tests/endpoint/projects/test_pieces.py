"""One piece that cannot run is one line with its place and the next step, and the rest is served."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from authlens.endpoint.projects.source import ProjectSource, read_source, region_named
from authlens.endpoint.templates.definitions import DefinitionError, Definitions
from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.settings import ProjectSettings, read_env_file, read_settings
from authlens.endpoint.templates.unpack import Cache
from support.public_keys import pair
from support.shapes import (
    NODE,
    PYTHON,
    cdk,
    custom_resource,
    sam,
    sam_typescript_unbuilt,
    terraform,
    terraform_state,
    write,
    zipped,
)

TWO = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Good:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
      Bad:
        Type: AWS::Serverless::Function
        Properties: BAD
      GoodAuth:
        Type: AWS::IoT::Authorizer
        Properties: {AuthorizerFunctionArn: !GetAtt Good.Arn, SigningDisabled: true}
      BadAuth:
        Type: AWS::IoT::Authorizer
        Properties: {AuthorizerFunctionArn: !GetAtt Bad.Arn, SigningDisabled: true}
"""
PIECES = {
    "TypeScript": ("{CodeUri: ts, Handler: app.handler, Runtime: nodejs20.x}", "is not built", "run 'sam build'"),
    "no folder": ("{CodeUri: none, Handler: app.handler, Runtime: python3.11}", "does not exist", "sam build"),
    "no package": (
        "{CodeUri: fn.zip, Handler: app.handler, Runtime: python3.11}",
        "does not exist",
        "build the package",
    ),
    "not a zip": ("{CodeUri: bad.zip, Handler: app.handler, Runtime: python3.11}", "cannot be unpacked", "again"),
    "half a zip": ("{CodeUri: half.zip, Handler: app.handler, Runtime: python3.11}", "cannot be unpacked", "again"),
    "a long name": (f"{{CodeUri: src, Handler: {'a' * 300}.b, Runtime: nodejs20.x}}", "does not exist", ""),
    "layers": ("{CodeUri: src, Handler: gone.x, Runtime: python3.11, Layers: {a: 1}}", "does not exist", ""),
    "image": ("{PackageType: Image, ImageUri: x}", "a container image", "runtime, handler and codeUri, or a command,"),
    "Go": ("{CodeUri: go, Handler: bootstrap, Runtime: provided.al2023}", "no executable", "go build -o"),
    "Rust": ("{CodeUri: rust, Handler: bootstrap, Runtime: provided.al2023}", "no executable", "cargo lambda build"),
    "Java": (
        "{CodeUri: src, Handler: a.B::c, Runtime: java21}",
        "java21 does not run here",
        "command under functions:",
    ),
    "S3": ("{CodeUri: 's3://bucket/key', Handler: app.handler, Runtime: python3.11}", "in S3", "before packaging"),
    "no handler": ("{CodeUri: src, Handler: app.missing, Runtime: python3.11}", "holds no 'missing'", ""),
    "key": ("{CodeUri: src, Handler: !Ref Nobody, Runtime: python3.11}", "no parameter or resource Nobody", ""),
}


def read(folder: Path, template: str, **settings: Any) -> Definitions:
    write(folder, {"template.yaml": template, "src/app.py": PYTHON})
    return read_source(
        ProjectSource(folder / "template.yaml", settings=ProjectSettings(**settings)), Cache(folder / "cache")
    )


def names(definitions: Definitions) -> list[str]:
    return [each.authorizer.name for each in definitions.authorizers]


@pytest.mark.parametrize("case", PIECES)
def test_a_piece_that_cannot_run_is_one_line_and_the_rest_is_served(tmp_path: Path, case: str) -> None:
    properties, reason, step = PIECES[case]
    write(tmp_path, {"ts/app.ts": "", "go/main.go": "", "rust/Cargo.toml": "", "bad.zip": "no zip"})
    zipped(tmp_path / "half.zip", {"app.py": PYTHON})
    (tmp_path / "half.zip").write_bytes((tmp_path / "half.zip").read_bytes()[:200])
    template = TWO.replace("BAD", properties)
    definitions = read(tmp_path, template)
    assert names(definitions) == ["GoodAuth"]
    ((name, missing),) = definitions.left_out
    assert name == "BadAuth"
    assert reason in missing.why
    assert step in missing.next_step
    (warning,) = (line for line in definitions.warnings if "BadAuth is left out" in line)
    assert warning.startswith(f"{tmp_path / 'template.yaml'}, line ")
    assert "\n" not in warning


def test_an_unbuilt_function_names_what_is_built_already(tmp_path: Path) -> None:
    sam_typescript_unbuilt(tmp_path)
    write(tmp_path, {".aws-sam/build/template.yaml": sam()})
    with pytest.raises(DefinitionError, match=r"name .*/\.aws-sam/build/template\.yaml"):
        read_source(ProjectSource(tmp_path / "template.yaml"))


def test_a_program_can_be_named_for_a_function(tmp_path: Path) -> None:
    write(tmp_path, {"run.sh": "#!/bin/sh\n", "authlens.yaml": "functions:\n  Bad: {command: [./run.sh, --fast]}\n"})
    (tmp_path / "run.sh").chmod(0o755)
    definitions = read(tmp_path, TWO.replace("BAD", "{PackageType: Image, ImageUri: x}"))
    assert names(definitions) == ["GoodAuth", "BadAuth"]
    assert definitions.authorizers[1].function.command == (str(tmp_path / "run.sh"), "--fast")


VALUES = """
    x-shared: &shared {Runtime: python3.11, Handler: app.handler}
    Parameters: {Secret: {Type: String}, Name: {Type: String}}
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          <<: *shared
          Code: src
          Environment:
            Variables:
              PASSWD: !GetAtt Generate.Password
              STORED: !Sub "x{{resolve:ssm:/name}}"
              SECRET: !Ref Secret
      Generate: {Type: "Custom::Password"}
      Auth:
        Type: AWS::IoT::Authorizer
        Properties: {AuthorizerName: !Ref Name, AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true}
"""


def test_values_that_only_aws_knows_are_reported_at_their_line(tmp_path: Path) -> None:
    definitions = read(tmp_path, VALUES)
    (authorizer,) = definitions.authorizers
    assert authorizer.authorizer.name == "Auth"
    missing = {each.what.split()[2]: each for each in authorizer.function.unresolved}
    assert missing["PASSWD"].why == "Generate.Password is known on AWS only"
    assert missing["PASSWD"].next_step == "give --env PASSWD=VALUE, or env: {PASSWD: VALUE} in authlens.yaml"
    assert "{{resolve:ssm:/name}}" in missing["STORED"].why
    assert "--parameter Secret=VALUE" in missing["SECRET"].next_step
    assert all(f"{tmp_path / 'template.yaml'}, line " in each.place for each in missing.values())
    assert any("Auth is named Auth here" in line and "--parameter Name=VALUE" in line for line in definitions.warnings)


def test_values_come_from_settings_in_their_order(tmp_path: Path) -> None:
    text = "parameters: {Secret: file, Name: fleet}\nenv: {PASSWD: file}\nenvFile: values.env\nregion: eu-west-1\n"
    write(tmp_path, {"authlens.yaml": text, "values.env": "export STORED='a b'\n# comment\nPASSWD=env file\n"})
    definitions = read(tmp_path, VALUES, env={"PASSWD": "given"})
    (authorizer,) = definitions.authorizers
    assert (authorizer.authorizer.name, definitions.region) == ("fleet", "eu-west-1")
    assert authorizer.function.environment == {"PASSWD": "given", "STORED": "a b", "SECRET": "file"}
    assert authorizer.function.unresolved == ()
    assert {path.name for path in definitions.files} >= {"authlens.yaml", "values.env", "template.yaml"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("parameter: {}", "parameter"),
        ("region: nowhere", "region must be"),
        ("account: '1'", "twelve digits"),
        ("envFile: none.env", "cannot be read"),
        ("env: {1A: x}", "letters, digits"),
        ("functions: {Fn: {code: x}}", "code"),
        ("env: {A: '${env:NOT_SET_ANYWHERE}'}", "NOT_SET_ANYWHERE is not set"),
    ],
)
def test_an_authlens_yaml_that_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    write(tmp_path, {"authlens.yaml": text})
    with pytest.raises(DefinitionError, match=r"authlens\.yaml, line 1") as caught:
        read_settings(tmp_path / "authlens.yaml")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A=1\nno equals\n", "line 2 is not NAME=VALUE"),
        ('A="1\n2"\nB C=1', "line 3: the name of an environment variable is letters"),
        ("A=" + "x" * 131_072, "it is larger than 128 KiB"),
    ],
)
def test_an_env_file_that_is_wrong_names_its_line(tmp_path: Path, text: str, reason: str) -> None:
    write(tmp_path, {"a.env": text})
    with pytest.raises(ValueError, match=reason):
        read_env_file(tmp_path / "a.env")


ENV_FILES: dict[str, dict[str, str]] = {
    "\ufeff A = 1 \r\n\r\n# c\n export B=2": {"A": "1", "B": "2"},
    "A=\"x\" # c\nB='y'\t# c\nC=z # c\nD=x#y\nE=#z\nF= #c\nG=": {
        "A": "x",
        "B": "y",
        "C": "z",
        "D": "x#y",
        "E": "#z",
        "F": "",
        "G": "",
    },
    "A=\"-----BEGIN\nkey\n-----END\n\"\nB='1\n2'": {"A": "-----BEGIN\nkey\n-----END\n", "B": "1\n2"},
    r'A="a\nb\t\"c\" \\n \x"': {"A": 'a\nb\t"c" \\n \\x'},
    r"A='a\nb'": {"A": r"a\nb"},
    """A=it's\nB="a"b\nC='{"a": "b"}'\nD="open""": {"A": "it's", "B": '"a"b', "C": '{"a": "b"}', "D": '"open'},
    "A=x\u2028y\x0cz": {"A": "x\u2028y\x0cz"},
}
"""As python-dotenv reads them, except for an unclosed quote and text after a quote, which it drops."""


@pytest.mark.parametrize("text", ENV_FILES)
def test_an_env_file_is_read_as_dotenv_reads_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.env").write_bytes(text.encode())
    assert read_env_file(tmp_path / "a.env") == ENV_FILES[text]


NESTED = """
    Resources:
      Inner:
        Type: AWS::CloudFormation::Stack
        Properties: {TemplateURL: inner.yaml, Parameters: {Says: !Sub "${AWS::Region}!"}}
      Gone:
        Type: AWS::Serverless::Application
        Properties: {Location: gone.yaml}
      Auth:
        Type: AWS::IoT::Authorizer
        Properties: {AuthorizerFunctionArn: !GetAtt Inner.Outputs.Arn, SigningDisabled: true}
"""
INNER = """
    Parameters: {Says: {Type: String}}
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          Code: src
          Handler: app.handler
          Runtime: python3.11
          Environment: {Variables: {SAYS: !Ref Says}}
    Outputs: {Arn: {Value: !GetAtt Fn.Arn}}
"""


def test_nested_stacks_are_followed_and_a_missing_one_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"inner.yaml": INNER})
    definitions = read(tmp_path, NESTED)
    assert definitions.authorizers[0].function.environment == {"SAYS": "us-west-2!"}
    assert any("the nested stack Gone is not read" in line for line in definitions.warnings)


def test_a_custom_resource_is_named_after_the_functions_that_may_be_authorizers(tmp_path: Path) -> None:
    custom_resource(tmp_path)
    template = (tmp_path / "template.yaml").read_text()
    other = "Device:\n    Type: AWS::Lambda::Function\n    Properties: {Handler: a.b, Runtime: python3.11, Code: src}\n"
    (tmp_path / "template.yaml").write_text(template.rstrip() + "\n  " + other)
    with pytest.raises(DefinitionError, match=r"are Device, AuthFunction\. Serve .* --function Device, or"):
        read_source(ProjectSource(tmp_path / "template.yaml"))


def test_a_variable_that_is_not_text_is_left_out(tmp_path: Path) -> None:
    properties = "{CodeUri: src, Handler: app.handler, Runtime: python3.11, Environment: {Variables: {A: {B: c}}}}"
    definitions = read(tmp_path, TWO.replace("BAD", properties))
    assert names(definitions) == ["GoodAuth", "BadAuth"]
    assert "A" not in definitions.authorizers[1].function.environment
    assert [line for line in definitions.warnings if "the variable A is left out: its value must be text" in line]


def test_a_stack_that_nests_itself_ends(tmp_path: Path) -> None:
    write(tmp_path, {"inner.yaml": INNER})
    definitions = read(tmp_path, NESTED.replace("gone.yaml", "template.yaml"))
    assert names(definitions)[0] == "Auth"


def test_functions_without_an_authorizer_are_named(tmp_path: Path) -> None:
    custom_resource(tmp_path)
    with pytest.raises(
        DefinitionError, match=r"its functions are AuthFunction\. Serve one .* with --function AuthFunction"
    ):
        read_source(ProjectSource(tmp_path / "template.yaml"))
    with pytest.raises(DefinitionError, match="it has no function Other; its functions: AuthFunction"):
        read_source(ProjectSource(tmp_path / "template.yaml", settings=ProjectSettings(function="Other")))


def test_a_function_is_served_with_the_key_that_is_given(tmp_path: Path) -> None:
    custom_resource(tmp_path)
    settings = ProjectSettings(function="AuthFunction", public_key=tmp_path / "public.pem", token_key_name="jwt")
    (each,) = read_source(ProjectSource(tmp_path / "template.yaml", settings=settings)).authorizers
    authorizer = each.authorizer
    assert (authorizer.status, authorizer.signing_disabled, authorizer.token_key_name) == ("ACTIVE", False, "jwt")
    assert authorizer.token_signing_public_keys == (("key", pair("a").public_pem),)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("main.tf", "terraform show -json tfplan > plan.json"),
        ("serverless.yml", "run 'serverless package'"),
        ("sst.config.ts", "as FILE:HANDLER"),
        ("main.go", "run 'go build -o authorizer .' there and name the program authorizer"),
        ("Cargo.toml", "run 'cargo build --release' there and name the program in target/release"),
        ("cdk.json", "run 'cdk synth'"),
        ("app.py", "no handler was found in it; name it: {path}:HANDLER"),
        ("index.ts", "cdk synth"),
        ("pom.xml", "this is Java; build a program for this machine that speaks the Runtime API"),
        ("auth.jar", "this is Java; build a program"),
        ("Auth.kt", "this is Java; build a program"),
        ("Auth.fs", "this is .NET; build a program"),
        ("auth.cpp", "this is source code; build a program"),
        ("app.rb", "this is Ruby; in an authorizers.yaml, give a program that speaks the Runtime API as its command"),
        ("index.php", "this is PHP; in an authorizers.yaml"),
        ("bootstrap.sh", "needs a name without an ending"),
        ("dev.tfvars", "this is Terraform's source"),
        ("main.tofu", "run 'tofu plan -out=tfplan && tofu show -json tfplan > plan.json' (after 'tofu init')"),
        ("terragrunt.hcl", "this is Terragrunt's; run 'terragrunt plan -out=tfplan && terragrunt show -json"),
        (
            "zappa_settings.json",
            "not a template, the JSON of Terraform or an authorizers.yaml; see 'authlens help projects'",
        ),
    ],
)
def test_files_of_other_tools_are_recognised(tmp_path: Path, name: str, step: str) -> None:
    write(tmp_path, {name: "x"})
    with pytest.raises(DefinitionError) as caught:
        read_source(ProjectSource(tmp_path / name))
    assert step.format(path=tmp_path / name) in str(caught.value)


def test_a_container_image_runs_with_the_settings_of_its_function(tmp_path: Path) -> None:
    template = TWO.replace("BAD", PIECES["image"][0])
    write(tmp_path, {"authlens.yaml": "functions: {Bad: {codeUri: src, handler: app.handler, runtime: python3.11}}"})
    assert names(read(tmp_path, template)) == ["GoodAuth", "BadAuth"]


def test_a_folder_of_other_tools_says_what_to_run(tmp_path: Path) -> None:
    for text in ("service: x", "resources:\n  Resources:\n    Table: {Type: 'AWS::DynamoDB::Table'}"):
        write(tmp_path, {"serverless.yml": text})
        for named in (tmp_path, tmp_path / "serverless.yml"):
            with pytest.raises(DefinitionError, match="serverless package"):
                read_source(ProjectSource(named))
    with pytest.raises(DefinitionError, match="holds no template"):
        read_source(ProjectSource(empty(tmp_path)))


def empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def test_a_zipped_template_is_unpacked_and_served(tmp_path: Path) -> None:
    text = dedent(sam())
    zipped(tmp_path / "app.zip", {"template.yaml": text, "src/app.py": PYTHON})
    assert names(read_source(ProjectSource(tmp_path / "app.zip"), Cache(tmp_path / "cache"))) == ["fleet"]


@pytest.mark.parametrize("name", ["../out.py", "/etc/out.py", "a/../../out.py", "..\\out.py"])
def test_nothing_leaves_the_folder_that_a_zip_is_unpacked_to(tmp_path: Path, name: str) -> None:
    zipped(tmp_path / "evil.zip", {name: "x"})
    with pytest.raises(Unfit, match="would leave the folder"):
        Cache(tmp_path / "cache").unpacked(tmp_path / "evil.zip")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_zip_bomb_is_stopped(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", bytes(3 * 1024 * 1024))
    assert (tmp_path / "bomb.zip").stat().st_size < 10_000
    with pytest.raises(Unfit, match="unpacks to more than Lambda allows for a package"):
        Cache(tmp_path / "cache", 2 * 1024 * 1024).unpacked(tmp_path / "bomb.zip")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("is_64", [False, True])
def test_a_zip_with_an_endless_list_of_files_is_not_looked_into(tmp_path: Path, is_64: bool) -> None:
    zipped(tmp_path / "fn.zip", {"app.js": NODE})
    content = (tmp_path / "fn.zip").read_bytes()
    end = content.rindex(b"PK\5\6")
    size = 30_000_000
    if is_64:
        large = b"PK\6\6" + bytes(36) + size.to_bytes(8, "little") + bytes(8)
        content = content[:end] + large + b"PK\6\7" + bytes(16) + content[end:]
    else:
        content = content[: end + 12] + size.to_bytes(4, "little") + content[end + 16 :]
    (tmp_path / "fn.zip").write_bytes(content)
    with pytest.raises(Unfit, match="holds more than 50000 files"):
        Cache(tmp_path / "cache").unpacked(tmp_path / "fn.zip")


def test_many_zips_together_are_bounded_too(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", most_at_once=3000)
    for number in range(3):
        zipped(tmp_path / f"{number}.zip", {"data": str(number) * 1600})
    cache.unpacked(tmp_path / "0.zip")
    with pytest.raises(Unfit, match=r"1\.zip unpacks to more than"):
        cache.unpacked(tmp_path / "1.zip")
    assert cache.unpacked(tmp_path / "0.zip").is_dir()


def test_a_zip_larger_than_any_package_is_not_read(tmp_path: Path) -> None:
    zipped(tmp_path / "fn.zip", {"app.js": NODE})
    with pytest.raises(Unfit, match="larger than Lambda allows"):
        Cache(tmp_path / "cache", most_bytes=10).unpacked(tmp_path / "fn.zip")


def linked(folder: Path, files: dict[str, str], links: list[tuple[str, str]]) -> Path:
    """The folder of a zip with these files and symbolic links, in its order: links first."""
    with zipfile.ZipFile(folder / "fn.zip", "w") as packed:
        for name, target in links:
            link = zipfile.ZipInfo(name)
            link.external_attr = 0o120777 << 16
            packed.writestr(link, target)
        for name, content in files.items():
            packed.writestr(name, content)
    return Cache(folder / "cache").unpacked(folder / "fn.zip")


def test_links_within_a_zip_are_made(tmp_path: Path) -> None:
    """As pnpm writes them."""
    store = "node_modules/.pnpm/jose@5/node_modules/jose"
    links = [("node_modules/jose", ".pnpm/jose@5/node_modules/jose"), ("node_modules/.bin/jose", "../jose/index.js")]
    folder = linked(tmp_path, {"index.js": "", f"{store}/index.js": "x"}, links)
    for name in ("node_modules/jose/index.js", "node_modules/.bin/jose"):
        assert (folder / name).read_text() == "x"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "links",
    [
        [("out", "/etc")],
        [("out", "../..")],
        [("out", "a/../../x")],
        [("here", "."), ("out", "here/../x")],
        [("up", ".."), ("up/out", "app.js")],
        [("up", "../.."), ("up/new/out", "app.js")],
        [("a", "b"), ("b", "a")],
        [("app.js", "/etc/passwd")],
        [("out", "x\0y"), ("out2", ""), ("out2", "/etc")],
        [("out", "/etc"), ("out", "/etc")],
    ],
)
def test_a_link_that_leads_out_of_a_zip_is_not_made(tmp_path: Path, links: list[tuple[str, str]]) -> None:
    folder = linked(tmp_path, {"app.js": "own", "dir/passwd": "x"}, links)
    assert {each.name for each in tmp_path.iterdir()} == {"fn.zip", "cache"}
    assert [each.name for each in (tmp_path / "cache").iterdir()] == [folder.name]
    for each in folder.rglob("*"):
        assert not each.exists() or each.resolve().is_relative_to(folder)
    assert (folder / "app.js").read_text() == "own"


def test_a_file_below_a_link_in_a_zip_is_written_in_place_of_it(tmp_path: Path) -> None:
    folder = linked(tmp_path, {"out/passwd": "x"}, [("out", "/etc")])
    assert not (folder / "out").is_symlink()
    assert (folder / "out" / "passwd").read_text() == "x"


def test_a_zip_is_unpacked_once_for_each_content(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    zipped(tmp_path / "fn.zip", {"app.js": NODE})
    first = cache.unpacked(tmp_path / "fn.zip")
    assert cache.unpacked(tmp_path / "fn.zip") == first
    zipped(tmp_path / "fn.zip", {"app.js": NODE + "//"})
    assert cache.unpacked(tmp_path / "fn.zip") != first


def test_a_broken_stack_of_an_assembly_stops_nothing(tmp_path: Path) -> None:
    cdk(tmp_path)
    manifest = tmp_path / "cdk.out/manifest.json"
    known = json.loads(manifest.read_text())
    known["artifacts"]["Other"] = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "Other.template.json"},
    }
    manifest.write_text(json.dumps(known))
    write(tmp_path / "cdk.out", {"Other.template.json": "{"})
    definitions = read_source(ProjectSource(tmp_path / "cdk.out"), Cache(tmp_path / "cache"))
    assert names(definitions) == ["Auth"]
    assert (definitions.region, definitions.account) == ("eu-central-1", "123456789012")
    assert any("the stack Other is left out" in line for line in definitions.warnings)
    assert region_named(tmp_path / "cdk.out") == "eu-central-1"


TABLES = """
    Resources:
      Table: {Type: AWS::DynamoDB::Table}
      Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: devices}}
    Outputs:
      Table: {Value: !Ref Table, Export: {Name: tables-table}}
      Named: {Value: !Ref Named, Export: {Name: tables-named}}
      Arn: {Value: !GetAtt Table.Arn, Export: {Name: tables-arn}}
"""
USES_TABLES = """
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          Handler: app.handler
          Runtime: python3.11
          Code: ../src
          Environment:
            Variables:
              TABLE: !ImportValue tables-table
              NAMED: !ImportValue tables-named
              ARN: !ImportValue tables-arn
              OTHER: !ImportValue elsewhere
      Auth:
        Type: AWS::IoT::Authorizer
        Properties: {AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true}
"""


def test_an_export_of_another_stack_is_as_known_as_its_value(tmp_path: Path) -> None:
    files = {"Tables.template.json": TABLES, "Uses.template.json": USES_TABLES, "../src/app.py": PYTHON}
    write(tmp_path / "cdk.out", files)
    (each,) = read_source(ProjectSource(tmp_path / "cdk.out"), Cache(tmp_path / "cache"), ask=False).authorizers
    assert each.function.environment == {"TABLE": "Table", "NAMED": "devices"}
    place = f"{tmp_path / 'cdk.out/Uses.template.json'}, line "
    assert {one.what: (one.why, one.place.startswith(place)) for one in each.function.unresolved} == {
        "the variable TABLE is 'Table' here": ("the name of Table is known on AWS only", True),
        "the variable ARN is left out": ("Table.Arn is known on AWS only", True),
        "the variable OTHER is left out": ("the export 'elsewhere' belongs to a stack that is not here", True),
    }


def test_each_broken_list_of_an_assembly_is_one_line(tmp_path: Path) -> None:
    """A manifest that lists itself, one that is missing a file, and lists of stacks and assets that are not JSON."""
    cdk(tmp_path)
    folder = tmp_path / "cdk.out"
    whole = json.loads((folder / "manifest.json").read_text())
    whole["artifacts"]["Self"] = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}
    whole["artifacts"]["Nul"] = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "a\0b"}}
    whole["artifacts"]["Gone"] = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "gone.json"}}
    (folder / "manifest.json").write_text(json.dumps(whole))
    definitions = read_source(ProjectSource(folder), Cache(tmp_path / "cache"), ask=False)
    assert names(definitions) == ["Auth"]
    assert [line for line in definitions.warnings if "the stack Gone is left out; run 'cdk synth' again" in line]
    (folder / "manifest.json").write_text("{")
    (folder / "AuthStack.assets.json").write_text("[1")
    definitions = read_source(ProjectSource(folder), Cache(tmp_path / "cache"), ask=False)
    assert names(definitions) == ["Auth"]
    for name in ("manifest.json", "AuthStack.assets.json"):
        (line,) = (line for line in definitions.warnings if line.startswith(f"{folder / name}: it is not read"))
        assert line.endswith("run 'cdk synth' again")


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        ("aws_lambda_function", {"timeout": "soon"}, "timeout is not a number"),
        ("aws_lambda_function", {"memory_size": [1]}, "memory_size is not a number"),
        ("aws_lambda_function", {"filename": "/dev/zero"}, "is not a regular file"),
        ("aws_iot_authorizer", {"token_signing_public_keys": "x"}, "token_signing_public_keys is not a mapping"),
        ("aws_iot_authorizer", {"token_key_name": [1], "signing_disabled": False}, "AWS IoT refuses this"),
    ],
)
def test_a_value_of_a_wrong_type_in_a_plan_is_one_line(
    tmp_path: Path, kind: str, values: dict[str, Any], reason: str
) -> None:
    terraform(tmp_path)
    plan = json.loads((tmp_path / "plan.json").read_text())
    for resource in plan["planned_values"]["root_module"]["resources"]:
        if resource["type"] == kind:
            resource["values"] |= values
    plan["prior_state"] = {}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    write(tmp_path, {"build/auth.zip/app.py": PYTHON})
    with pytest.raises(DefinitionError) as caught:
        read_source(ProjectSource(tmp_path / "plan.json"), ask=False)
    assert reason in str(caught.value)


def test_a_plan_names_what_is_known_after_apply(tmp_path: Path) -> None:
    terraform(tmp_path)
    plan = json.loads((tmp_path / "plan.json").read_text())
    plan["resource_changes"] = [
        {
            "address": "aws_lambda_function.auth",
            "change": {"after_unknown": {"environment": [{"variables": {"POOL": True}}]}},
        }
    ]
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (each,) = read_source(ProjectSource(tmp_path / "plan.json")).authorizers
    assert [(one.what, one.why) for one in each.function.unresolved] == [
        ("the variable POOL is left out", "it is known after apply only")
    ]
    assert each.function.region == region_named(tmp_path / "plan.json") == "eu-north-1"


def test_a_permission_is_there_only_where_the_template_declares_one(tmp_path: Path) -> None:
    declared = """
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          FunctionName: !Ref Good
          Action: lambda:InvokeFunction
          Principal: iot.amazonaws.com
          SourceArn: !GetAtt GoodAuth.Arn
"""
    template = TWO.replace("BAD", "{CodeUri: src, Handler: app.handler, Runtime: python3.11}")
    good, bad = read(tmp_path, template + declared).authorizers
    assert bad.function.permissions == ()
    (statement,) = (json.loads(one) for one in good.function.permissions or ())
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": good.authorizer.arn}}


def test_aliases_are_bounded(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30)), "Resources: {}"]
    with pytest.raises(DefinitionError, match="with its aliases expanded"):
        read(tmp_path, "\n".join(lines))


def plain_authorizer(function: str) -> str:
    return f"{{AuthorizerName: fleet, AuthorizerFunctionArn: {function}, SigningDisabled: true}}"


WRITTEN_OUT = f"""
    Mappings:
      Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: s3://bucket/maps.yaml}}}}
    Resources:
      Fn: {{Type: AWS::Lambda::Function, Properties: {{Code: src, Handler: app.handler, Runtime: python3.11}}}}
      Auth: {{Type: AWS::IoT::Authorizer, Properties: {plain_authorizer("!GetAtt Fn.Arn")}}}
      Fn::Transform: {{Name: Company::Macro}}
      Fn::ForEach::Others: [Name, !GetAtt Somewhere.Names, {{"X${{Name}}": {{Type: AWS::S3::Bucket}}}}]
"""


def test_what_cannot_be_written_out_is_reported_and_the_rest_is_served(tmp_path: Path) -> None:
    definitions = read(tmp_path, WRITTEN_OUT)
    assert names(definitions) == ["fleet"]
    reported = [line.removeprefix(f"{tmp_path / 'template.yaml'}, ") for line in definitions.warnings]
    assert [line for line in reported if "version" not in line] == [
        "line 2: the file of AWS::Include is in S3; name a local copy as its Location",
        "line 6: only AWS can expand the macro Company::Macro; name the processed template instead",
        "line 7: the collection of Fn::ForEach::Others is not known here; "
        "write its list out, or give it as the default of a parameter",
    ]


def test_an_include_or_a_loop_without_end_ends(tmp_path: Path) -> None:
    own = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: more.yaml}}\n"
    write(tmp_path, {"more.yaml": f"A: {{{own.strip()}}}\n"})
    definitions = read(tmp_path, f"{dedent(WRITTEN_OUT)}Metadata:\n  {own}")
    assert any("nested deeper than 5 levels" in line for line in definitions.warnings)
    many = ", ".join(f"n{number}" for number in range(60))
    inner = "{Fn::ForEach::B: [B, L, {Fn::ForEach::C: [C, L, {'x${A}${B}${C}': {Type: T}}]}]}".replace("L", f"[{many}]")
    with pytest.raises(DefinitionError, match="more than 100000 values"):
        read(tmp_path, f"{dedent(WRITTEN_OUT)}  Fn::ForEach::A: [A, [{many}], {inner}]\n")


def test_a_template_in_one_line_of_json_is_a_template(tmp_path: Path) -> None:
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Globals": {"Function": {"Runtime": "python3.11", "Handler": "app.handler"}},
        "Resources": {
            "Fn": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "src"}},
            "Auth": {
                "Type": "AWS::IoT::Authorizer",
                "Properties": {"AuthorizerFunctionArn": {"Fn::GetAtt": "Fn.Arn"}, "SigningDisabled": "true"},
            },
        },
    }
    assert names(read(tmp_path, json.dumps(template))) == ["Auth"]


def test_the_output_of_cdk_for_terraform_is_recognised(tmp_path: Path) -> None:
    stack = tmp_path / "cdktf.out/stacks/fleet"
    write(tmp_path, {"cdktf.json": "{}", "cdktf.out/manifest.json": "{}", "cdktf.out/stacks/fleet/cdk.tf.json": "{}"})
    for named, words in (
        (tmp_path, "run 'cdktf synth', then in cdktf.out/stacks/NAME run 'terraform plan"),
        (tmp_path / "cdktf.out", f"in {stack}, run 'terraform plan"),
        (stack / "cdk.tf.json", "in its folder, run 'terraform plan"),
    ):
        with pytest.raises(DefinitionError) as caught:
            read_source(ProjectSource(named))
        assert words in str(caught.value)


def test_a_state_tells_region_and_account_by_its_arns(tmp_path: Path) -> None:
    terraform_state(tmp_path)
    definitions = read_source(ProjectSource(tmp_path / "terraform.tfstate"), Cache(tmp_path / "cache"))
    assert (definitions.region, definitions.account) == ("eu-west-3", "111122223333")


@pytest.mark.parametrize("applied", [False, True])
def test_architectures_and_all_layers_of_a_plan_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, applied: bool
) -> None:
    """A plan has references, a state has ARNs."""
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    terraform(tmp_path)
    write(tmp_path, {"one/python/one.py": "", "two/python/two.py": ""})
    (tmp_path / "broken.zip").write_text("not a zip")
    root = json.loads((tmp_path / "plan.json").read_text())
    module = root["planned_values"]["root_module"]
    (function,) = (each for each in module["resources"] if each["type"] == "aws_lambda_function")
    names = ("one", "two", "broken")
    for name in names:
        values = {"filename": f"{name}.zip" if name == "broken" else name, "compatible_architectures": ["arm64"]}
        address = f"aws_lambda_layer_version.{name}"
        values |= {"arn": f"arn:{name}"} if applied else {}
        module["resources"].append(
            {"address": address, "type": "aws_lambda_layer_version", "name": name, "values": values}
        )
    function["values"]["architectures"] = ["arm64"]
    if applied:
        function["values"]["layers"] = ["arn:one", "arn:elsewhere", "arn:two", "arn:broken"]
        function["values"]["filename"] = "lambda"
        root = {"format_version": "1.0", "values": {"root_module": module}}
    else:
        config: dict[str, Any] = {"address": function["address"], "expressions": {}}
        root["configuration"]["root_module"]["resources"].append(config)
        config["expressions"]["layers"] = {"references": [f"aws_lambda_layer_version.{name}.arn" for name in names]}
    (tmp_path / "plan.json").write_text(json.dumps(root))
    definitions = read_source(
        ProjectSource(tmp_path / "plan.json", settings=ProjectSettings(function=function["address"]))
    )
    found = definitions.functions[0]
    assert found.layers == (tmp_path / "one", tmp_path / "two")
    text = " ".join(found.differences)
    assert text.count("on arm64, and this machine is x86_64") == 3
    assert found.differences[0].startswith("Lambda runs it on arm64")
    assert text.count("A layer is missing") == 1 + applied
    assert any("runs without a layer" in line and "broken.zip" in line for line in definitions.warnings)


def test_a_function_or_layer_built_for_another_machine_is_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    layer = "{{Type: AWS::Serverless::LayerVersion, Properties: {{ContentUri: src, CompatibleArchitectures: [{}]}}}}"
    template = f"""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Arm: {layer.format("arm64")}
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              {{CodeUri: src, Handler: app.handler, Runtime: python3.11, Architectures: [arm64], Layers: [!Ref Arm]}}
          Auth: {{Type: AWS::IoT::Authorizer, Properties: {plain_authorizer("!GetAtt Fn.Arn")}}}
    """
    (authorizer,) = read(tmp_path, template).authorizers
    ending = "on arm64, and this machine is x86_64: packages with compiled parts may not load here."
    assert authorizer.function.differences == (f"The layer Arm is built to run {ending}", f"Lambda runs it {ending}")
