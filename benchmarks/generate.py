"""Makes courses of any size: notes of about 3 KB with prose, code, tables, callouts and links. The same every time."""

from __future__ import annotations

import random
from pathlib import Path

AREAS = ["Cloud Web Apps", "Docker and Containers", "Big Data", "Networks", "Operating Systems", "Databases"]
LEVELS = ["beginner", "intermediate", "advanced"]
KINDS = ["Video", "Lab", "Tutorial", "Reading"]
WORDS = (  # noqa: SIM905
    "the instance starts when a request reaches load balancer and container image with layers caches each build step "
    "network packets pass through switch controller which installs flow rules table index query plan node cluster "
    "storage bucket object key version policy role function event queue message worker thread lock page memory disk"
).split()
CODE = {
    "python": (
        "import boto3\n\n\ndef handler(event, context):\n    client = boto3.client('s3')\n"
        "    for record in event['Records']:\n        bucket = record['s3']['bucket']['name']\n"
        "        key = record['s3']['object']['key']\n        print(f'{bucket}/{key}')\n    return {'status': 200}\n"
    ),
    "bash": (
        "docker build -t notes:latest .\ndocker run --rm -p 8080:80 notes:latest\n"
        "for host in $(cat hosts.txt); do\n  ssh -i key.pem ec2-user@\"$host\" 'uptime'\ndone\n"
    ),
    "json": '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]\n}\n',
}


def write_course(root: Path, notes: int) -> list[Path]:
    """Write a course of so many notes below `root`; return their files."""
    draw = random.Random(notes)
    root.mkdir(parents=True, exist_ok=True)
    (root / "notes-site.toml").write_text('title = "Generated course"\nbase_url = "https://example.org/notes"\n')
    paths = []
    for number in range(notes):
        area = AREAS[number % len(AREAS)]
        path = root / "content" / area.lower().replace(" ", "-") / f"note-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_note(draw, number, area, notes))
        paths.append(path)
    return paths


def _note(draw: random.Random, number: int, area: str, notes: int) -> str:
    day = f"2018-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
    front = (
        f'---\ntitle: "{draw.choice(KINDS)}: {_words(draw, 4)} {number}"\n'
        f"area: {area}\nlevel: {draw.choice(LEVELS)}\n"
        f"link: https://example.org/resource/{number}\ntime: {draw.randrange(5, 120)} min\n"
        f"estimate: {draw.randrange(5, 120)} min\ndate: {day}\n"
        f"tags: [{draw.choice(WORDS)}, {draw.choice(WORDS)}]\n---\n"
    )
    other = number - len(AREAS) if number >= len(AREAS) else number + len(AREAS)
    link = f"See [the other note](note-{other}.md) for more.\n\n" if other < notes else ""
    parts = [front, _prose(draw), link]
    for language in draw.sample(sorted(CODE), 2):
        parts += [f"## {_words(draw, 3)}\n\n", _prose(draw), f"```{language}\n{CODE[language]}```\n\n", _prose(draw)]
    parts.append("> [!NOTE]\n> " + _words(draw, 20) + "\n\n")
    parts.append(
        "| step | what |\n| --- | --- |\n" + "".join(f"| {n} | {_words(draw, 4)} |\n" for n in range(4)) + "\n"
    )
    parts.append("".join(f"- {_words(draw, 8)} `{draw.choice(WORDS)}`\n" for _ in range(5)) + "\n")
    while sum(map(len, parts)) < 3000:
        parts.append(_prose(draw))
    return "".join(parts)


def _prose(draw: random.Random) -> str:
    sentences = [f"{_words(draw, draw.randrange(8, 18)).capitalize()}." for _ in range(3)]
    return " ".join(sentences).replace(" the ", " **the** ", 1) + "\n\n"


def _words(draw: random.Random, count: int) -> str:
    return " ".join(draw.choices(WORDS, k=count))
