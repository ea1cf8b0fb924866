"""No secret is among the files that git has."""

import re
import subprocess

import pytest

from tests.server import ROOT

SHAPES = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[pousr]_\w{36}|github_pat_\w{40,})",
    "a token of Hugging Face": r"\bhf_[A-Za-z0-9]{30,}",
    "a key of Slack, Stripe or Google": r"\bxox[abp]-\d|\bsk_live_\w|\bAIza[\w-]{35}",
    "a token as JSON": r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.",
    "a secret of ours": r"^(?:export )?(?:SECRET_KEY|API_KEY|SEAL_SIGNING_KEY|"
    r"\w*_PASSWORD|METRICS_TOKEN|HF_TOKEN)=(?![\s$<]|$)[^\s$]{16,}$",
    "a password in a URL": r"\b(?:postgres(?:ql)?|redis|amqp)://\w+:(?!PASSWORD|\$)"
    r"[\w-]{12,}@",
}
# Written to be found: by tests of the very refusal, and nowhere in use.
KNOWN = {
    "tests/test_secrets.py",
    "tests/test_seed_env.py",
}


def tracked() -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("this is no clone")
    return [name for name in done.stdout.split("\0") if name and name not in KNOWN]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_tracked_file_holds_one(shape):
    pattern = re.compile(shape.encode(), re.MULTILINE)

    found = [
        name
        for name in tracked()
        if (ROOT / name).is_file() and pattern.search((ROOT / name).read_bytes())
    ]

    assert found == []


@pytest.mark.parametrize("name", [".env", ".env.local", "var/SECRET_KEY", "x.csv"])
def test_what_holds_secrets_or_people_is_ignored(name):
    done = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False)
    if done.returncode == 128:
        pytest.skip("this is no clone")

    assert done.returncode == 0


def test_the_shapes_find_what_they_are_for():
    samples = {
        "a private key": "-----BEGIN " + "PRIVATE KEY-----",
        "a key of AWS": "AKIA" + "A1" * 8,
        "a token of GitHub": "ghp_" + "a1" * 18,
        "a token of Hugging Face": "hf_" + "aB" * 17,
        "a key of Slack, Stripe or Google": "xoxb-" + "1",
        "a token as JSON": "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + ".c",
        "a secret of ours": "SECRET_KEY=" + "f" * 40,
        "a password in a URL": "postgresql://app:" + "a1" * 8 + "@db/x",
    }

    assert samples.keys() == SHAPES.keys()
    for name, sample in samples.items():
        assert re.search(SHAPES[name], sample, re.MULTILINE), name
