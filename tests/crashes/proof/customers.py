"""Customers on both channels, who write, send files and albums, change what they wrote, and delete it."""

import random

from bot.sandbox.files import File
from tests.crashes.proof.crowd import Crowd
from tests.crashes.proof.ledger import Channel, Ledger, Talk
from tests.crashes.proof.weather import Weather

CALLED = {"photo": "image", "document": "document", "audio": "audio"}  #: the kinds of files, as WhatsApp calls them
PICTURES = (2, 3)  #: in an album


class Customers(Crowd):
    """All of them; each has one conversation, and one ticket."""

    def __init__(self, ledger: Ledger, weather: Weather, chance: random.Random) -> None:
        super().__init__(ledger, chance)
        self._weather = weather
        self._telegram = ledger.desk.telegram
        self._whatsapp = ledger.whatsapp

    def somebody_new(self) -> None:
        """A new customer, who writes."""
        number = len(self.ledger.talks)
        channel = (Channel.TELEGRAM, Channel.WHATSAPP)[number % 2]
        name, (agent, others) = f"Customer {number}", self.chance.sample(list(self.desk.agents), 2)
        customer = (
            self._telegram.add_person(name, language_code="en")
            if channel is Channel.TELEGRAM
            else self._whatsapp.add_person(name, phone=f"12025550{number:03}")
        )
        talk = Talk(number, channel, customer, agent, others)
        self.ledger.talks.append(talk)
        with self._weather.telling():
            self._writes(talk)

    def acts(self, talk: Talk) -> None:
        """One of them does something; the first words, which make the card, stay."""
        changeable = [token for token in self._taken(talk) if token in talk.messages and token != talk.asked[0]]
        drawn = self.chance.random()
        if drawn < 0.15 and changeable:
            self._changes(talk, self.chance.choice(changeable))
        elif drawn < 0.35 and self._taken(talk):
            self._sends(talk)
        else:
            self._writes(talk)

    def _taken(self, talk: Talk) -> list[str]:
        """What the service must have shown before anything that is written now; Telegram keeps the order itself."""
        if talk.channel is Channel.TELEGRAM:
            return talk.asked
        untaken = b"".join(self._whatsapp.webhooks.untaken)
        return [token for token in talk.asked if token.encode() not in untaken]

    def _asks(self, talk: Talk) -> str:
        """The token of the next words."""
        token = self.ledger.write("c", talk.thread, after=self._taken(talk))
        talk.asked.append(token)
        return token

    def _writes(self, talk: Talk) -> None:
        if talk.channel is Channel.TELEGRAM:
            self.counts["customers write"] += 1
            token = self._asks(talk)
            talk.messages[token] = self._telegram.writes(talk.customer, f"Question {token}: where is it?")
        elif len(talk.asked) > 1 and self._weather.strikes("handed over in another order"):
            with self._whatsapp.reordered():
                self._writes_on_whatsapp(talk)
                self._writes_on_whatsapp(talk)
        else:
            self._writes_on_whatsapp(talk)

    def _writes_on_whatsapp(self, talk: Talk) -> None:
        if talk.asked and not self._taken(talk):
            return  # the first words make the ticket; what could overtake them would be on the card
        self.counts["customers write"] += 1
        token = self._asks(talk)
        talk.messages[token] = self._whatsapp.writes(talk.customer, f"Question {token}: where is it?")

    def _changes(self, talk: Talk, was: str) -> None:
        """What they change shows once more in the thread, so it has a token of its own; what they delete stays."""
        message = talk.messages.pop(was)
        if isinstance(message, str) and self.chance.random() < 0.3:
            self.counts["customers delete"] += 1
            self._whatsapp.deletes(talk.customer, message)
            return
        self.counts["customers edit"] += 1
        text = f"Better words {self._asks(talk)}"
        if isinstance(message, int):
            self._telegram.edits(talk.customer, message, text)
        else:
            self._whatsapp.edits(talk.customer, message, text)

    def _sends(self, talk: Talk) -> None:
        """A file, mostly with words; on Telegram also several at once. Files follow their text when they are here."""
        if talk.channel is Channel.TELEGRAM and self.chance.random() < 0.3:
            self.counts["customers send an album"] += 1
            files = [self._file(talk, "photo") for _ in range(self.chance.choice(PICTURES))]
            words = [f"Look {self._asks(talk)}"]
            self._telegram.sends_album(talk.customer, ["photo"] * len(files), captions=words, files=files)
            return
        self.counts["customers send a file"] += 1
        kind = self.chance.choice(list(CALLED))
        file = self._file(talk, kind)
        has_words = kind != "audio" and self.chance.random() < 0.7
        caption = f"Look {self._asks(talk)}" if has_words else None
        if talk.channel is Channel.TELEGRAM:
            self._telegram.sends(talk.customer, kind, caption=caption, file=file)
        else:
            self._whatsapp.sends(talk.customer, CALLED[kind], caption=caption, file=file)

    def _file(self, talk: Talk, kind: str) -> File:
        return self.file("f", talk.thread, [kind])[1]
