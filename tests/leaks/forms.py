"""How people write: texts that say of themselves that they are internal, texts that act, and plain ones."""

from dataclasses import dataclass

TOKEN = "{t}"  #: the place of a word that stands in no other text


@dataclass(frozen=True, slots=True)
class Form:
    """A way of writing; ``broadcast``: also sent to the channel."""

    text: str
    broadcast: bool = False

    def says(self, token: str) -> str:
        """What is typed."""
        return self.text.replace(TOKEN, token)


#: What an owner's plain text may look like, some of it close to a marker or a mention.
PLAIN = tuple(
    map(
        Form,
        (
            *("It is on its way {t}", "{t}", "See https://example.com/a//b {t}", "*Bold* and _slanted_ {t}"),
            *("Notes: {t}", "a note: {t}", "{t} ; thanks", "mail me at ada@example.com {t}", "2 / 2 {t} / 3"),
            *("> quoted\n{t}", "• one\n• {t}", "`code` {t}", "Really!? {t}", "#42 {t}", "line\n\n{t}\nline", "🎉 {t}"),
        ),
    )
)

#: Internal in every mode, whoever writes.
INTERNAL = (
    *map(
        Form,
        (
            *("// {t}", "//{t}", "  // {t}", "{t} //", ";; {t}", "{t} ;;", "{t};;", "🔒 {t}", "{t} 🔒", "🔒{t}"),
            *("note: {t}", "Note: {t}", "NOTE: {t}", "*Note:* {t}", "*note*: {t}", "_note: {t}_", "  note: {t}"),
            *(
                "internal: {t}",
                "Internal: {t}",
                "private: {t}",
                "PRIVATE: {t}",
                '"note: {t}"',
                "“note: {t}”",
                "> // {t}",
            ),
            *("> note: {t}", "• note: {t}", "note : {t}", "note：{t}", "＊note: {t}", "／／ {t}", "`note: {t}`"),
            *("@mika {t}", "{t} @budi", "hi @leads {t}", "{t} #support", "@here {t}", "@channel {t}", "@everyone {t}"),
            *("what do you think, @citra? {t}", "@otto {t}"),
        ),
    ),
    *(Form(text, broadcast=True) for text in ("{t}", "It is on its way {t}", "> quoted\n{t}")),
)

#: Commands to the desk that keep what they carry.
COMMANDS = tuple(
    map(
        Form,
        (
            *("!note {t}", "!Note {t}", "! {t}", "!!! {t}", "!reply{t}", "!foo {t}", "!help {t}", "  !note {t}"),
            *("@sandbox_bot note {t}", "@sandbox_bot {t}", "@sandbox_bot foo {t}", "！note {t}", "!escalate {t}"),
            "!close {t}",
        ),
    )
)

#: Explicit acts: they go out in every mode, whatever they contain.
EXPLICIT = tuple(map(Form, ("!reply {t}", "!Reply {t}", "!reply // {t}", "!reply note: {t}", "@sandbox_bot reply {t}")))
