"""Politeness that asks for nothing: a "thanks!" after the end neither reopens a ticket nor opens a new one."""

import re
import unicodedata

from bot.domain.text import is_visible

# Phrases, one a line; a text of nothing but these is a courtesy. Each must be safe to ignore when it stands alone.
_ENGLISH = r"""
(?:ok|okay|okey dokey|okey|okie|oki|okk|k|kk|alright|all right|noted|understood|got it|fine|all good|sounds good)
(?:great|perfect|nice|cool|awesome|amazing|excellent|wonderful|fantastic|brilliant|lovely|super|good job|good|well done)
(?:thats|thats so|this is|you are|youre) (?:great|perfect|nice|cool|awesome|amazing|excellent|wonderful|the best)
(?:no worries|many thanks|thanks|thank you|thank u|thankyou|thx|thanx|thnx|tnx|ty|tysm|tyvm|tks|cheers)
(?:i )?(?:much |really )*appreciate(?:d| it| that| your help)
(?:youre welcome|you are welcome|have a (?:nice|good|great|lovely) (?:day|evening|weekend|one)|bye|bye bye)
"""
_ENGLISH_TAIL = (
    r"(?: (?:so|very|much|again|a lot|a bunch|a million|a ton|all|everyone|everybody|indeed|then))*"
    r"(?: for (?:all )?(?:the |your |ur |you )?(?:quick |fast |kind |great )?"
    r"(?:help|support|time|assistance|answer|reply|response|service|patience|everything))?"
)
_INDONESIAN = r"""
(?:oke|okeh|okei|sip|siip|sipp|siap|baik|baiklah|bagus|mantap|mantab|mantul|keren|noted|hore|asik|asyik|syukurlah)
(?:terima ?kasih|trima ?kasih|terimakasi|makasih|makasi|mksh|mksi|makasii|trims|tq|tengkyu|tenkyu)
(?:matur ?nuwun|suwun|nuhun|hatur ?nuhun|sama sama|alhamdulillah)
"""
_INDONESIAN_TAIL = (
    r"(?: (?:banyak|banget|sekali|sebelumnya|lagi|deh|lah|dong|nih|ya|yaa|yah|iya|semuanya))*"
    r"(?: (?:atas|untuk|buat) (?:bantuan|bantuannya|respon|responnya|responsnya|infonya|informasinya|penjelasannya"
    r"|perhatiannya|pelayanannya|waktunya|jawabannya)(?: ya)?| (?:sudah|udah) (?:dibantu|membantu|bantu)(?: ya)?)?"
)
_ADDRESS = r"(?: (?:ya|yaa|yah|kak|kakak|ka|min|admin|mas|mba|mbak|pak|bapak|bu|ibu|bang|bro|sis|gan|sir|team|guys))*"


def _phrases(lines: str, *, tail: str) -> str:
    return f"(?:{'|'.join(filter(None, lines.splitlines()))}){tail}"


# A phrase once found is not taken apart again (atomic), so that a long text costs no more than its length.
_PHRASE = (
    f"(?>(?:{_phrases(_ENGLISH, tail=_ENGLISH_TAIL)}|{_phrases(_INDONESIAN, tail=_INDONESIAN_TAIL)}){_ADDRESS}(?= |$))"
)
# Words are joined by one space, and none stands before the first.
_COURTESY = re.compile(f"(?:(?:^| (?:and |dan )?){_PHRASE})+")
_LONGEST = 200  #: characters; whoever writes more says more

_GLAD = frozenset("👍🙏❤🧡💛💚💙💜🤍🖤♥💕💖💗😊☺🙂😀😃😄😁😆🥰😍🤗😇😎👌🤝👏💯🎉🥳✅✔🙌💪🌹💐🌸✨⭐🌟😘🤩🫶🫡🤙🔥")
_UNHAPPY = frozenset("👎😡😠🤬😤😢😭😞😔😟🙁☹😕😣😖😫😩😒🙄😑😐🤔🧐❓❔❌🚫⛔🆘⚠🖕💔😱🤨🤷🤦")
_MODIFIERS = frozenset(map(chr, range(0x1F3FB, 0x1F400)))


def is_courtesy(plain: str) -> bool:
    """
    Whether the text is thanks, agreement or a friendly sign and nothing else, in English or Indonesian.

    Punctuation and emoji around don't count, but a question mark, an unhappy sign or any word beyond does: a courtesy
    is never answered, so in doubt a text is not one.
    """
    text = unicodedata.normalize("NFKC", plain[: _LONGEST + 1]).casefold()
    if len(text) > _LONGEST or "?" in text or ":(" in text or _UNHAPPY & set(text):
        return False
    words = " ".join(_shortened(word) for word in re.findall(r"\w+", re.sub("['’`]", "", text)))
    if words:
        return _COURTESY.fullmatch(words) is not None
    signs = {char for char in text if is_visible(char) and unicodedata.category(char) in {"So", "Sk", "Cn", "Sm"}}
    return bool(signs & _GLAD) and signs <= _GLAD | _MODIFIERS


def _shortened(word: str) -> str:
    """ "thankssss" as "thanks": whoever stretches a word means it."""
    return re.sub(r"(\w)\1{2,}", r"\1", word)
