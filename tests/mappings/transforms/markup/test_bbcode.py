"""BB-code as Bitrix24 holds it, and Markdown."""

import pytest

from mappings.transforms.markup import Markup

BBCODE = Markup("bbcode")

READ = [
    ("Привет, мир", "Привет, мир"),
    ("[b]Важно[/b]: до [i]пятницы[/i]", "**Важно**: до _пятницы_"),
    ("[u]черта[/u] и [s]нет[/s]", "<u>черта</u> и ~~нет~~"),
    ("первая\nвторая", "первая\\\nвторая"),
    ("первая\n\nвторая", "первая\n\nвторая"),
    ("[url=https://x.ru]сюда[/url]", "[сюда](https://x.ru)"),
    ("[url]https://x.ru/путь[/url]", "<https://x.ru/путь>"),
    ('[url="https://x.ru"]сюда[/url]', "[сюда](https://x.ru)"),
    ("[url=javascript:alert(1)]жми[/url]", "[url=javascript:alert(1)]жми[/url]"),
    ("[url]javascript:alert(1)[/url]", "[url]javascript:alert(1)[/url]"),
    ("[list][*]один[*]два[/list]", "- один\n- два"),
    ("[list]\n[*]один\n[*]два\n[/list]", "- один\n- два"),
    ("[list=1]\n[*]один\n[*]два\n[/list]", "1. один\n2. два"),
    ("[list]\n[*]один\n[list]\n[*]внутри\n[/list]\n[/list]", "- один\n  - внутри"),
    ("[quote]цитата[/quote]", "> цитата"),
    ("[quote]\nа\n[quote]б[/quote]\n[/quote]", "> а\n>\n> > б"),
    ("[code]a = [b]1[/b][/code]", "```\na = [b]1[/b]\n```"),
    ("[code]\nif x:\n  y\n[/code]", "```\nif x:\n  y\n```"),
    ("[img]https://x.ru/a.png[/img]", "![](https://x.ru/a.png)"),
    ("[url=https://x.ru][img]/a.png[/img][/url]", "[![](/a.png)](https://x.ru)"),
    ("[p]абзац[/p][p]другой[/p]", "абзац\n\nдругой"),
    ("[user=7]Иван Петров[/user], посмотрите", "[Иван Петров](user:7), посмотрите"),
    ("[table][tr][td]а[/td][td]б[/td][/tr][/table]", "|  |  |\n| --- | --- |\n| а | б |"),
    (
        "[table]\n[tr][th]Этап[/th][th]Срок[/th][/tr]\n[tr][td]КП[/td][td]1 дек[/td][/tr]\n[/table]",
        "| Этап | Срок |\n| --- | --- |\n| КП | 1 дек |",
    ),
    ("[color=red]красный[/color]", "[color=red]красный[/color]"),
    ("[size=20]крупно[/size]", "[size=20]крупно[/size]"),
    ("[b]не закрыт", "[b]не закрыт"),
    ("лишний[/b] конец", "лишний[/b] конец"),
    ("[b]крест [i]на[/b] крест[/i]", "**крест _на_**<em> крест</em>"),
    ("[B]Большие[/B]", "**Большие**"),
    ("[unknown]что-то[/unknown]", "[unknown]что-то[/unknown]"),
    ("[1] сноска и [x] флажок", "[1] сноска и [x] флажок"),
    ("массив[0] = a[b]", "массив[0] = a[b]"),
    ("[*] без списка", "[\\*] без списка"),
    ("&#91;b] буквально", "[b] буквально"),
    ("5 < 6 & 7", "5 < 6 & 7"),
    ("&amp; остаётся", "\\&amp; остаётся"),
    ("* не пункт", "\\* не пункт"),
    ("# не заголовок", "\\# не заголовок"),
    ("1. не список", "1\\. не список"),
    ("*не курсив* _и это_", "\\*не курсив\\* \\_и это\\_"),
    ("[b] края [/b]слова", "**края** слова"),
    ("[b][/b]пусто", "пусто"),
    ("[b]а[/b][b]б[/b]", "**аб**"),
    ("[b][i]оба[/i][/b]", "**_оба_**"),
    ("[b]сквозь\nстроки[/b]", "**сквозь\\\nстроки**"),
    ("[quote][list][*]а[/list][/quote]", "> - а"),
    ("[list][*][b]а[*]б[/b][/list]", "- **а**\n- **б**"),
    ("[list]без звезды[*]а[/list]", "- без звезды\n- а"),
    ("[tr][td]без таблицы[/td][/tr]", "[tr][td]без таблицы[/td][/tr]"),
    ("[table]вне[tr][td]а[/td][/tr][/table]", "вне\n\n|  |\n| --- |\n| а |"),
    ("[url=https://x.ru]с [b]жирным[/b][/url]", "[с **жирным**](https://x.ru)"),
    ("[url]с [b]жирным[/b][/url]", "[url]с **жирным**[/url]"),
    ("[url=/crm/deal/1/]сделка[/url]", "[сделка](/crm/deal/1/)"),
    ("[url=mailto:a@b.c]почта[/url]", "[почта](mailto:a@b.c)"),
    ("[code]без конца", "[code]без конца"),
    ("[/quote] без начала", "[/quote] без начала"),
    ("текст[code]код[/code]текст", "текст\n\n```\nкод\n```\n\nтекст"),
]
"""What stands in the system, and the Markdown that it is."""


@pytest.mark.parametrize(("view", "value"), READ)
def test_bbcode_reads_as(view: str, value: str) -> None:
    assert BBCODE.read(view) == value


WRITTEN = [
    ("Привет, мир", "Привет, мир"),
    ("**Важно**: до _пятницы_", "[b]Важно[/b]: до [i]пятницы[/i]"),
    ("~~нет~~ <u>да</u> м<sup>2</sup>", "[s]нет[/s] [u]да[/u] м2"),
    ("первая\nвторая", "первая\nвторая"),
    ("## Заголовок\n\nтекст", "[b]Заголовок[/b]\n\nтекст"),
    ("* один\n* два", "[list]\n[*]один\n[*]два\n[/list]"),
    ("1. один\n2. два", "[list=1]\n[*]один\n[*]два\n[/list]"),
    ("- один\n  1. внутри\n- два", "[list]\n[*]один\n[list=1]\n[*]внутри\n[/list]\n[*]два\n[/list]"),
    ("- абзац\n\n  второй", "[list]\n[*]абзац\n\nвторой\n[/list]"),
    ("- код:\n\n  ```\n  x\n  ```", "[list]\n[*]код:\n[code]\nx\n[/code]\n[/list]"),
    ("> цитата\n> дальше", "[quote]\nцитата\nдальше\n[/quote]"),
    ("> один\n>\n> два", "[quote]\nодин\n\nдва\n[/quote]"),
    ("> > вложенная", "[quote]\n[quote]\nвложенная\n[/quote]\n[/quote]"),
    ("```python\nprint(1)\n```", "[code]\nprint(1)\n[/code]"),
    ("вызов `f(x)`", "вызов f(x)"),
    ("вызов `a@b`", "вызов a@b"),
    ("[сюда](https://пример.рф/путь)", "[url=https://пример.рф/путь]сюда[/url]"),
    ('[сюда](https://x.ru "титул").', "[url=https://x.ru]сюда[/url]."),
    ("[сюда](#якорь)", "[url=#якорь]сюда[/url]"),
    ("[я](https://x.ru)сно", "[url=https://x.ru]я[/url]сно"),
    ("<https://x.ru>", "[url=https://x.ru]https://x.ru[/url]"),
    ("![схема](https://x.ru/a.png)", "[img]https://x.ru/a.png[/img]"),
    ("текст![схема](/a.png)текст", "текст[img]/a.png[/img]текст"),
    ("[![лого](/a.png)](https://x.ru)", "[url=https://x.ru][img]/a.png[/img][/url]"),
    (
        "| Этап | Срок |\n| --- | --- |\n| КП | 1 |",
        "[table]\n[tr][td][b]Этап[/b][/td][td][b]Срок[/b][/td][/tr]\n[tr][td]КП[/td][td]1[/td][/tr]\n[/table]",
    ),
    ("| а\\|б |\n| --- |\n| в<br>г |", "[table]\n[tr][td][b]а|б[/b][/td][/tr]\n[tr][td]в\nг[/td][/tr]\n[/table]"),
    ("***", "***"),
    ("\\[b]не тег[/b] и [i]это[/i]", "&#91;b]не тег&#91;/b] и &#91;i]это&#91;/i]"),
    ("h2. не заголовок", "h2. не заголовок"),
    ("bq. не цитата", "bq. не цитата"),
    ("\\# не заголовок", "# не заголовок"),
    ("\\* не пункт", "* не пункт"),
    ("\\> не цитата", "> не цитата"),
    ("|не|таблица|", "|не|таблица|"),
    ('"не ссылка":https://x.ru', '"не ссылка":https://x.ru'),
    ("@не код@ и !не картинка!", "@не код@ и !не картинка!"),
    ("-5 и 10-", "-5 и 10-"),
    ('<div onclick="x">не тег</div>', '<div onclick="x">не тег</div>'),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("&amp;lt; и &amp;amp;", "&lt; и &amp;"),
    ("сло**во** и сло_во_", "сло[b]во[/b] и сло_во_"),
    ("{{toc}} [[Вики|имя]] #12", "{{toc}} [[Вики|имя]] #12"),
]
"""Markdown, and what is written into an empty place."""


@pytest.mark.parametrize(("value", "view"), WRITTEN)
def test_markdown_is_written_as_bbcode(value: str, view: str) -> None:
    assert BBCODE.write(value, None) == view


@pytest.mark.parametrize("view", [view for view, _ in READ])
def test_bbcode_that_was_only_read_is_left_alone(view: str) -> None:
    assert BBCODE.write(BBCODE.read(view), view) == view
