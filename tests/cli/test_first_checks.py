"""What can be told without a framework is told before one is imported, for seconds."""

import json
import re
import subprocess
import zipfile

import pytest
from python_program import FRESH

from kerae.cli.model_outlines import outlines

pytestmark = pytest.mark.once

# Runs the command with each of several lists of arguments; tells how each ended.
PROBE = """
import contextlib, io, json, sys
from kerae.cli.main import main
sys.argv[0] = "kerae"
for arguments in json.load(sys.stdin):
    said, sys.argv[1:] = io.StringIO(), arguments
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code
    imported = [name for name in ("keras", "tensorflow", "jax", "torch") if name in sys.modules]
    print(json.dumps([code, said.getvalue(), imported]), flush=True)
"""
TRAIN = ["train", "vae", "--latent-dim", "2"]
CASES = [
    (["--help"], 0, "deploy"),
    (["train", "--help"], 0, "stackedae"),
    (["train", "vae", "--help"], 0, "--free-bits"),
    (["models"], 0, "kerae.StackedAE"),
    (["train", "vee"], 2, "vee"),
    (
        ["train", "MultimodalVAE", "--latent-dim", "2", "--data", "digits"],
        2,
        "multimodalvae, of several. Train kerae.MultimodalVAE from Python",
    ),
    ([*TRAIN, "--data", "./none.npz"], 2, "none.npz"),
    ([*TRAIN, "--data", "none/", "--epochs", "0"], 2, "--epochs"),
    ([*TRAIN, "--data", "none/images"], 2, "at none/images"),
    ([*TRAIN, "--data", "digits", "--learning-rate", "-1"], 2, "--learning-rate"),
    ([*TRAIN, "--data", "digits", "--seed", "-1"], 2, "--seed"),
    ([*TRAIN, "--data", "digits", "--resume", "--overwrite"], 2, "Received: both"),
    ([*TRAIN, "--data", "digits", "--scale", "0.1"], 2, "--scale is for --likelihood normal"),
    (
        [*TRAIN, "--data", "digits", "--likelihood", "normal", "--scale", "0"],
        2,
        "a number above 0, learned or predicted. Received: 0",
    ),
    (["evaluate", "none"], 2, "no file none"),
    (["score", "none"], 2, "no file none"),
    (["sample", "none"], 2, "no file none"),
    (["report", "none"], 2, "no file none"),
    (["explore", "none"], 2, "no file none"),
    (["features", "none"], 2, "no file none"),
    (["features", "whole.keras"], 2, "does not say what data"),
    (["features", "whole.keras", "--data", "digits", "--to", "run"], 2, "that is new, or one with"),
    (["features", "whole.keras", "--data", "digits", "--examples", "./no.npz"], 2, "no.npz"),
    (["export", "none"], 2, "no file none"),
    (["serve", "none"], 2, "Expected a folder of models"),
    (["sample", "file"], 2, "file is no complete `.keras` file"),
    (["evaluate", "whole.keras"], 2, "does not say what data"),
    (["evaluate", "whole.keras", "--data", "./none.npz"], 2, "none.npz"),
    (["score", "whole.keras", "--out", "scores.txt"], 2, "ends in .parquet or .csv"),
    (["sample", "whole.keras", "--out", "x.jpg"], 2, "ends in .png or .npy"),
    (["sample", "whole.keras", "--label", "seven"], 2, "--label to be a class as 7"),
    (["report", "whole.keras", "--to", "x.pdf"], 2, "ends in .html"),
    (["export", "whole.keras", "--format", "onnx", "--to", "x.pb"], 2, "ends in .onnx"),
    (["export", "whole.keras", "--to", "file"], 2, "exists already"),
    (["explore", "run", "--port", "5000"], 2, "at /none"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("here")
    (folder / "file").write_text("")
    (folder / "run").mkdir()
    source = {"name": "/none", "data_dir": None}
    (folder / "run" / "run.json").write_text(json.dumps({"data": {"source": source}}))
    for path in (folder / "whole.keras", folder / "run" / "model.keras"):
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("config.json", "{}")
    result = subprocess.run(
        [*FRESH, "-c", PROBE],
        input=json.dumps([arguments for arguments, *_ in CASES]),
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[" ".join(case[0]) for case in CASES])
def test_a_mistake_is_told_before_anything_is_imported(answers, number):
    (_, code, said), (came, text, imported) = CASES[number], answers[number]
    assert came == code, text
    assert said in " ".join(re.sub("[│╭╮╰╯─]", " ", text).split())
    assert "Traceback" not in text and not imported


COMMANDS = ["evaluate", "score", "sample", "report", "explore", "features"]
COMMANDS += ["export", "serve", "doctor"]


@pytest.mark.parametrize("command", [*COMMANDS, *(f"train {name}" for name in outlines())])
def test_help_cuts_no_name(command, monkeypatch):
    from typer.testing import CliRunner

    from kerae.cli.main import app

    monkeypatch.setenv("COLUMNS", "80")
    printed = CliRunner().invoke(app, [*command.split(), "--help"]).output
    assert "--" in printed and not re.findall(r"\S+…", printed)
    assert not re.findall(r"<\w+\|[^>\s]*\s", printed)  # of several choices, the last is there
