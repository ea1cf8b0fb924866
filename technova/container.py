"""What a container's start does before Django: `python -m technova.container COMMAND`.

Variables that Django's settings don't read are checked, secrets that nobody gave are
made (DATA_DIR keeps them), and a disk that forgets is said loudly. No Django, because
its settings need the secrets.
"""

import base64
import contextlib
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured

from technova import env, env_urls

BASE_DIR = Path(__file__).resolve().parent.parent
SHIPPED = BASE_DIR / "ml_artifacts"
MOUNTS = Path("/proc/self/mountinfo")
FORGETFUL = {"tmpfs", "ramfs"}
MARKERS = (Path("/.dockerenv"), Path("/run/.containerenv"))  # Docker's, Podman's


def main(command: str) -> None:
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
    """Whether what is written there is found again: by a container's successor too.

    `mounts` is /proc/self/mountinfo; the deepest mount decides, the last of equals.
    """
    folder = folder.resolve()
    place, kind = Path("/"), ""
    for line in mounts.splitlines():
        words = line.split()
        # A space in a path is \040 there.
        mount = Path(re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), words[4]))
        if mount in (folder, *folder.parents) and len(mount.parts) >= len(place.parts):
            place, kind = mount, words[words.index("-") + 1]
    if place == Path("/"):
        contained = kind == "overlay" or any(marker.exists() for marker in MARKERS)
        return not contained
    return kind not in FORGETFUL


def keep_signing_key(folder: Path, lasts: bool) -> None:
    """Make one only where it lasts: seals of a key that was lost look forged."""
    if os.environ.get("SEAL_SIGNING_KEY", "").strip():
        return
    if not lasts and not (folder / "SEAL_SIGNING_KEY").exists():
        warn("SEAL_SIGNING_KEY is not set, and no disk would keep one: no signatures.")
        return
    made(folder, "SEAL_SIGNING_KEY", new_signing_key)
    key = kept_key(folder / "SEAL_SIGNING_KEY")
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    warn(
        f"SEAL_SIGNING_KEY is not set: one is kept in {folder}. It proves nothing "
        "against whoever reads that disk. Its public key, for SEAL_PUBLIC_KEYS and "
        f"verify_log: {public}"
    )


def kept_key(path: Path) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(env.key_bytes(env.kept(path)))
    except ValueError:
        raise ImproperlyConfigured(
            f"{path} is not {env.KEY_BYTES} bytes in base64: restore a backup."
        ) from None


def new_signing_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def made(folder: Path, name: str, new: Callable[[], str]) -> bool:
    """Whether a file of `folder` stands for the variable; it is made if need be.

    Two that start at once agree on one: the file appears whole, and the first one's.
    """
    if os.environ.get(name, "").strip():
        return False
    path = folder / name
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".") as draft:
            draft.write(new())
            draft.flush()
            os.fsync(draft.fileno())
            with contextlib.suppress(FileExistsError):  # another start was first
                os.link(draft.name, path)
    if not path.stat().st_size:
        raise ImproperlyConfigured(f"{path} is empty: delete it.")
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
