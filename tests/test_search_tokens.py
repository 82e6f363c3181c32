"""The tokenizer: what it does, and that Python and JavaScript do the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from notes_site.search.tokens import tokens
from tests.harness import Site
from tests.searching import engine

WORDS = [
    ("CloudFront caches", "cloudfront +cloud +front cache"),
    ("ec2-user at /var/www/html", "ec2 -user at var -www -html"),
    ("Policies, classes and boxes", "policy class and box"),
    ("status of Kubernetes DNS", "status of kubernete dns"),
    ("Café ÉLAN naïve", "cafe elan naive"),
    ("C++ and C#, or f#", "c++ +c and c# +c or f# +f"),
    ("don’t and don't", "dont and dont"),
    ("IŞIK ışık İstanbul", "isik isik istanbul"),
    ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
    ("Straße, ﬁne, ½", "strasse fine 1 2"),
    ("हिन्दी में", "हिन्दी में"),
    ("東京都", "東京 京都 都"),
    ("ｶﾞﾗｽ", "ガラ ラス ス"),
    ("한국어", "한국 국어 어"),
    ("S3バケット", "s3 バケ ケッ ット ト"),
    ("HTTPServer2 getObjectById", "httpserver2 +http +server2 getobjectbyid +get +object +by +id"),
    ("a" * 50, "a" * 40),
    ("-- .. :: ++", ""),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words(text: str, expected: str) -> None:
    found = (f"{'-' if t.joined else ''}{t.word}{''.join(f' +{extra}' for extra in t.extras)}" for t in tokens(text))
    assert " ".join(found) == expected


SAMPLES = {
    "Turkish": "Işıklı İstanbul'da öğrenciler çığlık atmadı; IŞIK, DİKKAT, ığdır ŞÜKRÜ ağaç",
    "Greek": "Οι μαθητές ΜΑΘΗΤΗΣ διαβάζουν σημειώσεις, ΌΣΟΣ Ελλάς· ΐ ΰ ᾳ",
    "Hindi": "नमस्ते दुनिया, कक्षाएँ और टिप्पणियाँ; हिन्दी में क़लम ज़रूर ड़",
    "Thai": "สวัสดีชาวโลก การเรียนรู้เครื่องคอมพิวเตอร์ น้ำ กำลัง",
    "Arabic": "مرحبا بالعالم، الدُّروس والمُلاحظات ﷺ ﻻ السَّلَام ١٢٣",
    "Hebrew": "שָׁלוֹם עולם, רשימות לימוד",
    "Japanese": "こんにちは世界、がぎぐげご パピプペポ ｶﾞｷﾞ ㍻ 学習ノート々〆 ヴァイオリン",
    "Chinese": "你好，世界。学习笔记：容器与网络 𠮷野家 㐀 ﾡ",
    "Korean": "안녕하세요 세계, 학습 노트 ㄱㄴㄷ 한글 값싼",
    "Cyrillic": "Привет, мир: йод, ёлка, Ї й",
    "Vietnamese": "Tiếng Việt: học tập, điện toán đám mây Đà Nẵng",
    "Latin": "Straße Œuvre Æsir Øresund Łódź đak ﬁﬂ ǅ Ǆ ŉ ﬀ naïve ẞ ſ",
    "signs": (
        "½ ² № ℃ ™ … ‐ – — ’ ‘ “ ” · • → ∞ €5 a\u00adb a\u200bb a\u200db \u2028 \ue000 😀👩\u200d💻 x̂ a\u0301\u0301"
    ),
    "code": (
        "docker run --rm -p 8080:80 notes:latest && cat /etc/hosts | grep -v '^#' > out.txt; x += y++ #include <map> "
        "getElementById(HTTPServer2) std::vector<int>{1,2} snake_case kebab-case C++ C# F# .NET @user e-mail a@b.co "
        "10.0.0.1/16 v1.2.3 0xFF 1e-9 ${VAR} arn:aws:s3:::bucket/key?x=1&y=%20 if(a<=b){return;}"
    ),
}


def texts() -> Iterator[str]:
    """Thousands of texts: the samples, cut and mixed at random places, always the same."""
    draw = random.Random(11)
    yield from SAMPLES.values()
    everything = " ".join(SAMPLES.values())
    for sample in [*SAMPLES.values(), everything]:
        for _ in range(120):
            start = draw.randrange(len(sample))
            yield sample[start : start + draw.randrange(1, 60)]
            yield "".join(draw.choices(sample, k=draw.randrange(1, 40)))
    for _ in range(400):
        yield "".join(draw.choice(draw.choice([*SAMPLES.values()])) for _ in range(draw.randrange(1, 30)))


def test_python_and_javascript_agree(site: Site, tmp_path: Path) -> None:
    site.note("a/one.md", "Text.\n", title="One")
    site.build()
    with engine(site.output) as js:
        for text in texts():
            ours = [[t.word, list(t.extras), t.joined] for t in tokens(text)]
            assert js.ask([("tokens", text)]) == [ours], ascii(text)
