"""HTML as rich text fields of CRM systems hold it, and Markdown."""

import pytest

from mappings.transforms.markup import Markup

HTML = Markup("html")

READ = [
    ("<p>Привет, мир</p>", "Привет, мир"),
    ("<p><b>Важно</b>: срок до <i>пятницы</i></p>", "**Важно**: срок до _пятницы_"),
    ("<p>первая<br>вторая</p>", "первая\\\nвторая"),
    ("<p>первая<br><br>вторая</p>", "первая\n\nвторая"),
    ("<div>строка</div><div>другая</div>", "строка\n\nдругая"),
    ("просто текст", "просто текст"),
    ("<h2>Заголовок</h2><p>текст</p>", "## Заголовок\n\nтекст"),
    ("<h1>а<br>б</h1>", "# а<br>б"),
    ("<ul><li>один</li><li>два</li></ul>", "- один\n- два"),
    ("<ol><li>один</li><li>два</li></ol>", "1. один\n2. два"),
    ('<ol start="3"><li>три</li></ol>', "3. три"),
    ("<ul><li>один<ul><li>внутри</li></ul></li><li>два</li></ul>", "- один\n  - внутри\n- два"),
    ("<ul><li>один</li><ul><li>внутри</li></ul></ul>", "- один\n  - внутри"),
    ("<ul><li><p>абзац</p><p>второй</p></li></ul>", "- абзац\n\n  второй"),
    ("<ul><li>один<li>два</ul>", "- один\n- два"),
    ("<blockquote><p>цитата</p></blockquote>", "> цитата"),
    ("<blockquote>а<blockquote>б</blockquote></blockquote>", "> а\n>\n> > б"),
    ("<pre>код\n  с отступом</pre>", "```\nкод\n  с отступом\n```"),
    ('<pre><code class="language-python">print(1)</code></pre>', "```python\nprint(1)\n```"),
    ("<p>вызов <code>f(x)</code></p>", "вызов `f(x)`"),
    ('<a href="https://пример.рф/путь">сюда</a>', "[сюда](https://пример.рф/путь)"),
    ('<a href="https://x.ru" title="титул">сюда</a>', '[сюда](https://x.ru "титул")'),
    ('<a href="https://x.ru">https://x.ru</a>', "<https://x.ru>"),
    ('<a href="javascript:alert(1)">жми</a>', "жми"),
    ('<a href=" java&#10;script:alert(1)">жми</a>', "жми"),
    ("<a>без адреса</a>", "без адреса"),
    ('<a href="https://x.ru"></a>', "<https://x.ru>"),
    ("<script>alert(1)</script>текст", "текст"),
    ("<style>p {color: red}</style>текст", "текст"),
    ('<p onclick="x()">текст</p>', "текст"),
    ('<img src="https://x.ru/a.png" alt="схема">', "![схема](https://x.ru/a.png)"),
    ('<img src="javascript:alert(1)" alt="схема">', "схема"),
    ('<a href="https://x.ru"><img src="a.png" alt="лого"></a>', "[![лого](a.png)](https://x.ru)"),
    (
        "<table><tr><th>Этап</th><th>Срок</th></tr><tr><td>КП</td><td>1 дек</td></tr></table>",
        "| Этап | Срок |\n| --- | --- |\n| КП | 1 дек |",
    ),
    ("<table><tr><td>а</td><td>б</td></tr></table>", "|  |  |\n| --- | --- |\n| а | б |"),
    (
        '<table><tr><td colspan="2">а</td></tr><tr><td>б</td><td>в</td></tr></table>',
        "|  |  |\n| --- | --- |\n| а |  |\n| б | в |",
    ),
    ("<table><tr><td>а|б</td></tr></table>", "|  |\n| --- |\n| а\\|б |"),
    ("<table><tr><td>а<br>б</td></tr></table>", "|  |\n| --- |\n| а<br>б |"),
    ("<hr>", "***"),
    ("<p>5 &lt; 6 &amp; 7 &gt; 3</p>", "5 < 6 & 7 > 3"),
    ("<p>&amp;lt;b&amp;gt;</p>", "\\&lt;b\\&gt;"),
    ("<p>a&nbsp;b</p>", "a\xa0b"),
    ("<p>&nbsp;</p><p>текст</p>", "текст"),
    ("<p>  много   пробелов\nи строк </p>", "много пробелов и строк"),
    ("<b> края </b>слова", "**края** слова"),
    ("<b>а</b><b>б</b>", "**аб**"),
    ("<b><b>дважды</b></b>", "**дважды**"),
    ("<b><i>оба</i></b>", "**_оба_**"),
    ("<i><b>оба</b></i>", "**_оба_**"),
    ("сло<b>во</b>", "сло**во**"),
    ("сло<b>«во»</b>", "сло<strong>«во»</strong>"),
    ("<u>черта</u> <s>нет</s> м<sup>2</sup> H<sub>2</sub>O", "<u>черта</u> ~~нет~~ м<sup>2</sup> H<sub>2</sub>O"),
    ('<span style="font-weight:bold">жирно</span>', "**жирно**"),
    ('<b style="font-weight:normal">обычно</b>', "обычно"),
    ('<span style="color:red">красный</span>', "красный"),
    ("<p>не закрыт <b>жирный", "не закрыт **жирный**"),
    ("<p>лишний</b> конец</div>", "лишний конец"),
    ("<!-- заметка -->текст", "текст"),
    ("а < б и <3", "а < б и <3"),
    ('<video src="x">видео</video>', "видео"),
    ("<p>* не пункт</p>", "\\* не пункт"),
    ("<p># не заголовок</p>", "\\# не заголовок"),
    ("<p>1. не список</p>", "1\\. не список"),
    ("<p>*не курсив* _и это_ `и это` [и](это)</p>", "\\*не курсив\\* \\_и это\\_ \\`и это\\` [и\\](это)"),
]
"""What stands in the system, and the Markdown that it is."""


@pytest.mark.parametrize(("view", "value"), READ)
def test_html_reads_as(view: str, value: str) -> None:
    assert HTML.read(view) == value


WRITTEN = [
    ("Привет, мир", "<p>Привет, мир</p>"),
    ("**Важно**: до _пятницы_", "<p><strong>Важно</strong>: до <em>пятницы</em></p>"),
    ("~~нет~~ <u>да</u> м<sup>2</sup>", "<p><s>нет</s> <u>да</u> м<sup>2</sup></p>"),
    ("первая\nвторая", "<p>первая<br>вторая</p>"),
    ("## Заголовок\n\nтекст", "<h2>Заголовок</h2><p>текст</p>"),
    ("* один\n* два", "<ul><li>один</li><li>два</li></ul>"),
    ("1. один\n2. два", "<ol><li>один</li><li>два</li></ol>"),
    ("- один\n  1. внутри\n- два", "<ul><li>один<ol><li>внутри</li></ol></li><li>два</li></ul>"),
    ("- абзац\n\n  второй", "<ul><li><p>абзац</p><p>второй</p></li></ul>"),
    ("- код:\n\n  ```\n  x\n  ```", "<ul><li>код:<pre><code>x</code></pre></li></ul>"),
    ("> цитата\n> дальше", "<blockquote><p>цитата<br>дальше</p></blockquote>"),
    ("> один\n>\n> два", "<blockquote><p>один</p><p>два</p></blockquote>"),
    ("> > вложенная", "<blockquote><blockquote><p>вложенная</p></blockquote></blockquote>"),
    ("```python\nprint(1)\n```", '<pre><code class="language-python">print(1)</code></pre>'),
    ("вызов `f(x)`", "<p>вызов <code>f(x)</code></p>"),
    ("вызов `a@b`", "<p>вызов <code>a@b</code></p>"),
    ("[сюда](https://пример.рф/путь)", '<p><a href="https://пример.рф/путь">сюда</a></p>'),
    ('[сюда](https://x.ru "титул").', '<p><a href="https://x.ru" title="титул">сюда</a>.</p>'),
    ("[сюда](#якорь)", '<p><a href="#якорь">сюда</a></p>'),
    ("[я](https://x.ru)сно", '<p><a href="https://x.ru">я</a>сно</p>'),
    ("<https://x.ru>", '<p><a href="https://x.ru">https://x.ru</a></p>'),
    ("![схема](https://x.ru/a.png)", '<p><img src="https://x.ru/a.png" alt="схема"></p>'),
    ("текст![схема](a.png)текст", '<p>текст<img src="a.png" alt="схема">текст</p>'),
    ("[![лого](a.png)](https://x.ru)", '<p><a href="https://x.ru"><img src="a.png" alt="лого"></a></p>'),
    (
        "| Этап |\n| --- |\n| КП |",
        "<table><thead><tr><th>Этап</th></tr></thead><tbody><tr><td>КП</td></tr></tbody></table>",
    ),
    (
        "| а\\|б |\n| --- |\n| в<br>г |",
        "<table><thead><tr><th>а|б</th></tr></thead><tbody><tr><td>в<br>г</td></tr></tbody></table>",
    ),
    ("***", "<hr>"),
    ("\\[b]не тег[/b] и [i]это[/i]", "<p>[b]не тег[/b] и [i]это[/i]</p>"),
    ("h2. не заголовок", "<p>h2. не заголовок</p>"),
    ("bq. не цитата", "<p>bq. не цитата</p>"),
    ("\\# не заголовок", "<p># не заголовок</p>"),
    ("\\* не пункт", "<p>* не пункт</p>"),
    ("\\> не цитата", "<p>&gt; не цитата</p>"),
    ("|не|таблица|", "<p>|не|таблица|</p>"),
    ('"не ссылка":https://x.ru', '<p>"не ссылка":https://x.ru</p>'),
    ("@не код@ и !не картинка!", "<p>@не код@ и !не картинка!</p>"),
    ("-5 и 10-", "<p>-5 и 10-</p>"),
    ('<div onclick="x">не тег</div>', '<p>&lt;div onclick="x"&gt;не тег&lt;/div&gt;</p>'),
    ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    ("&amp;lt; и &amp;amp;", "<p>&amp;lt; и &amp;amp;</p>"),
    ("сло**во** и сло_во_", "<p>сло<strong>во</strong> и сло_во_</p>"),
    ("{{toc}} [[Вики|имя]] #12", "<p>{{toc}} [[Вики|имя]] #12</p>"),
]
"""Markdown, and what is written into an empty place."""


@pytest.mark.parametrize(("value", "view"), WRITTEN)
def test_markdown_is_written_as_html(value: str, view: str) -> None:
    assert HTML.write(value, None) == view


@pytest.mark.parametrize("view", [view for view, _ in READ])
def test_html_that_was_only_read_is_left_alone(view: str) -> None:
    assert HTML.write(HTML.read(view), view) == view
