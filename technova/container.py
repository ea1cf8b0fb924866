"""What a container's start does before Django: `python -m technova.container COMMAND`.

Variables that Django's settings don't read are checked, secrets that nobody gave are
made (DATA_DIR keeps them), and a disk that forgets is said loudly. No Django, because
its settings need the secrets.
"""

import base64
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured

from technova import env, env_urls

BASE_DIR = Path(__file__).resolve().parent.parent
SHIPPED = BASE_DIR / "ml_artifacts"
MOUNTS = Path("/proc/self/mountinfo")
FORGETFUL = {"tmpfs", "ramfs"}


def main(command: str) -> None:
    env.read_files(BASE_DIR)
    env.whole("PORT", 1, 65_535, default=7860)
    env.whole("WEB_CONCURRENCY", 1, 64, default=2)
    env.whole("DATABASE_WAIT", 1, 86_400, default=60)
    seals = env.whole("SEAL_EVERY", 0, 86_400, default=60) > 0
    folder = env.folder("DATA_DIR", "var", BASE_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    mounts = MOUNTS.read_text(encoding="utf-8")
    lasts = persists(folder, mounts)
    database = env_urls.database(
        "DATABASE_URL", f"sqlite:///{folder / 'technova.sqlite3'}", BASE_DIR
    )
    if "sqlite" in database["ENGINE"] and not persists(Path(database["NAME"]), mounts):
        warn(
            f"THE LOG WILL BE LOST: {database['NAME']} is on no volume, so SQLite's "
            "database is gone with this container. Mount a volume there, or let "
            "DATABASE_URL name a PostgreSQL."
        )
    if command != "sealer":
        bring_releases(BASE_DIR / env.text("MODEL_DIR", "ml_artifacts"))
    if made(folder, "SECRET_KEY", lambda: secrets.token_urlsafe(48)):
        warn(
            f"SECRET_KEY is not set: one is kept in {folder}."
            + ("" if lasts else " It is gone with this container: all log in again.")
        )
    if command == "sealer" or (command == "web" and seals):
        keep_signing_key(folder, lasts)


def warn(text: str) -> None:
    print(f"WARNING: {text}", file=sys.stderr, flush=True)  # noqa: T201 (no Django yet)


def persists(folder: Path, mounts: str) -> bool:
    """Whether a container's successor finds what is written there.

    `mounts` is /proc/self/mountinfo; the deepest mount decides, the last of equals.
    """
    place, kind = Path("/"), ""
    for line in mounts.splitlines():
        words = line.split()
        # A space in a path is \040 there.
        mount = Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), words[4]))
        if mount in (folder, *folder.parents) and len(mount.parts) >= len(place.parts):
            place, kind = mount, words[words.index("-") + 1]
    return place != Path("/") and kind not in FORGETFUL


def keep_signing_key(folder: Path, lasts: bool) -> None:
    """Make one only where it lasts: seals of a key that was lost look forged."""
    if os.environ.get("SEAL_SIGNING_KEY", "").strip():
        return
    if not lasts and not (folder / "SEAL_SIGNING_KEY").exists():
        warn("SEAL_SIGNING_KEY is not set, and no disk would keep one: no signatures.")
        return
    made(folder, "SEAL_SIGNING_KEY", new_signing_key)
    text = (folder / "SEAL_SIGNING_KEY").read_text(encoding="ascii")
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(text))
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    warn(
        f"SEAL_SIGNING_KEY is not set: one is kept in {folder}. It proves nothing "
        "against whoever reads that disk. Its public key, for SEAL_PUBLIC_KEYS and "
        f"verify_log: {public}"
    )


def new_signing_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def made(folder: Path, name: str, new: Callable[[], str]) -> bool:
    """Whether a file of `folder` stands for the variable; it is made if need be.

    Two that start at once agree on one: the first makes the file, the other waits for
    what it writes.
    """
    if os.environ.get(name, "").strip():
        return False
    path = folder / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    except FileExistsError:
        last = time.monotonic() + 5
        while not path.stat().st_size:
            if time.monotonic() > last:
                raise ImproperlyConfigured(f"{path} is empty: delete it.") from None
            time.sleep(0.1)
    else:
        with os.fdopen(handle, "w") as file:
            file.write(new())
            file.flush()
            os.fsync(handle)
    return True


def bring_releases(folder: Path) -> None:
    """Put the image's releases beside those that are there; change none of these."""
    if folder == SHIPPED:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for shipped in sorted(SHIPPED.iterdir(), key=Path.is_file):  # CURRENT comes last
        if (folder / shipped.name).exists():
            continue
        with tempfile.TemporaryDirectory(dir=folder, prefix=".") as draft:
            copy = Path(draft) / shipped.name
            if shipped.is_dir():
                shutil.copytree(shipped, copy)
            else:
                shutil.copy(shipped, copy)
            try:
                copy.rename(folder / shipped.name)
            except OSError:
                if not (folder / shipped.name).exists():
                    raise  # else another start was first with the same


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except ImproperlyConfigured as error:
        sys.exit(f"entrypoint: {error}")
    except OSError as error:
        sys.exit(
            f"entrypoint: {error.filename}: {error.strerror}. The container's user, "
            f"{os.getuid()}, must be able to write there."
        )
