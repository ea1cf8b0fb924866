#!/usr/bin/env bash
# Puts the tree of HEAD on the Hugging Face Space that HF_SPACE names, as one commit that
# replaces whatever is there. HF_TOKEN may write to it.
#
# The Hub refuses binary files of any size that are not in LFS, in the history too. So it
# gets a commit of its own instead of ours, and git-lfs carries what is binary in it. The
# same tree is the same commit: to deploy it twice changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

refuse() { echo "deploy_space: $1" >&2; exit 1; }

where="set it in the repository's settings, Secrets and variables, Actions"
[ -n "${HF_TOKEN:-}" ] || refuse "HF_TOKEN is not set: a token that may write to the Space; $where."
[ -n "${HF_SPACE:-}" ] || refuse "HF_SPACE is not set: the Space as OWNER/NAME; $where."
[[ $HF_SPACE =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]] || refuse "HF_SPACE must be OWNER/NAME; $where."
git lfs version > /dev/null 2>&1 || refuse "git-lfs is not installed."
remote=${HF_REMOTE:-https://huggingface.co/spaces/$HF_SPACE}

revision=$(git rev-parse HEAD)
GIT_AUTHOR_DATE=$(git log -1 --format=%cI) GIT_COMMITTER_DATE=$(git log -1 --format=%cI)
export GIT_AUTHOR_DATE GIT_COMMITTER_DATE GIT_TERMINAL_PROMPT=0
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
git archive HEAD | tar -x -C "$tree"
cd "$tree"

git init --quiet --initial-branch main
git lfs install --local > /dev/null
git config lfs.locksverify false  # one job deploys at a time
git config user.name "TechNova deployment"
git config user.email deployment@localhost
# The helper reads the environment: the token stands in no address, argument or file.
git config credential.helper ""
# shellcheck disable=SC2016
git config --add credential.helper '!f() { echo username=deployment; echo "password=$HF_TOKEN"; }; f'

git add --all
# Of a binary file git counts no lines.
git diff --cached --numstat -z | tr '\0' '\n' | sed -n 's/^-\t-\t//p' > "$tree/.git/binary"
while IFS= read -r file; do git lfs track --filename "$file" > /dev/null; done < "$tree/.git/binary"
git add --all --renormalize .
git add .gitattributes
git commit --quiet --message "TechNova Attrition at $revision"
git push --quiet --force "$remote" main
echo "deploy_space: $revision is on $HF_SPACE ($(wc -l < .git/binary) files by LFS)."
