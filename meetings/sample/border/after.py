"""After the formal meeting: minutes, a council, next steps, the package and who confirms it."""

from __future__ import annotations

import datetime as dt

from imc_portal.core.audit import Actor
from meetings.models import HandOver, HandOverReceiver, Minutes, MinutesVoice, NextStep, Ratification
from meetings.sample.border import formal, people, talks
from meetings.sample.border.ground import CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE
from meetings.services import handover, minutes, minutes_voices, ratification, receivers, steps
from partners.models import Case

Voice = MinutesVoice.Voice
RECEIVER = receivers.Named(
    "Noa Study (fictitious)", "office for feasibility studies", "intake@study.example", "en"
)
INTRODUCTION = (
    "The four municipalities met to decide whether to have cooperation studied. No decision of this meeting "
    "obliges anybody to cooperate."
)
OBJECTION = (
    "À la page du service d’incendie, il manque que notre « oui » dépend de la langue du commandement : nous "
    "l’avons dit deux fois."
)


def send_minutes(case: Case) -> None:
    """The first version, drafted from the record."""
    drafted = minutes.begin(meeting=formal.meeting_of(case), actor=people.focal())
    _keep(drafted, introduction=INTRODUCTION)
    _send(case)


def object_to(case: Case) -> None:
    """Pointe-à-la-Croix objects by its link; nobody else has to wait for the new version to be asked anew."""
    say(case, POINTE, talks.by_link(case), Voice.OBJECTS, OBJECTION)


def correct_minutes(case: Case) -> None:
    """Version 2 says what was missing."""
    newer = minutes.renew(minutes=newest(case), actor=people.focal())
    _keep(
        newer,
        what_changed="On the fire service: the condition of Pointe-à-la-Croix stands where it was spoken.",
        closing="Pointe-à-la-Croix says yes to a study of the fire service on condition that it names the "
        "language of command; it said so when the item was opened and again when the decision was taken.",
    )
    _send(case)


def agree(case: Case, code: str, actor: Actor) -> None:
    """A delegation agrees to the newest version by name."""
    say(case, code, actor, Voice.AGREES)


def say(case: Case, code: str, actor: Actor, voice: str, text: str = "") -> None:
    """What a delegation says to the newest version."""
    minutes_voices.say(
        minutes=newest(case),
        participant=talks.participant(case, code),
        voice=voice,
        text=text,
        name=people.MAYORS[code],
        actor=actor,
    )


def newest(case: Case) -> Minutes:
    """The version of the minutes that counts."""
    found = formal.meeting_of(case).minutes.select_related("meeting__case").first()
    if found is None:
        raise RuntimeError("the minutes are drafted before anybody speaks to them")
    return found


def _keep(version: Minutes, **words: str) -> None:
    minutes.keep(minutes=version, revision=version.revision, words=words, actor=people.focal())


def _send(case: Case) -> None:
    version = newest(case)
    minutes.send(minutes=version, revision=version.revision, actor=people.focal())


def ratify(case: Case, resolved_on: dt.date) -> None:
    """Escuminac's council has resolved on what its mayor decided subject to it."""
    ratification.resolve(
        ratification=Ratification.objects.get(meeting__case=case, participant__municipality__code=ESCUMINAC),
        ratified=True,
        resolution=f"{resolved_on:%Y-%m}-114 (illustrative)",
        resolved_on=resolved_on,
        text="Il est résolu de prendre part à l’étude de faisabilité sur le service d’incendie et les "
        "patinoires, sans autre engagement. (Illustratif.)",
        actor=people.escuminac(),
    )


#: Who agrees in the end, one after the other.
AGREEING = (CAMPBELLTON, ESCUMINAC, HERON_BAY, POINTE)


def hand_over(case: Case) -> HandOver:
    """The full package in English, and a public copy in French for whoever asks."""
    case.refresh_from_db()
    package = handover.hand_over(case=case, actor=people.focal(), language="en")
    case.refresh_from_db()
    handover.hand_over(case=case, actor=people.focal(), language="fr", kind=HandOver.Kind.PUBLIC)
    return package


def name_receiver(case: Case) -> HandOverReceiver:
    """Who takes the package on: an office for feasibility studies, made up."""
    package = HandOver.objects.filter(case=case, kind=HandOver.Kind.FULL)[0]
    return receivers.name_receiver(package=package, named=RECEIVER, actor=people.focal())


def confirm(receiver: HandOverReceiver) -> None:
    """The receiver fetches the package by the link in the letter and confirms it."""
    link = receivers.link_of(receiver)
    if link is None:
        raise RuntimeError("a receiver has a link")
    actor = Actor.holder(link)
    receivers.fetch(receiver=receiver, link=link, actor=actor)
    receivers.confirm(
        receiver=receiver,
        name=receiver.name,
        remark="Received whole; checksums agree. The legal question goes to two provinces at once.",
        actor=actor,
    )


def finish_step(case: Case, code: str, note: str, actor: Actor) -> None:
    """A municipality's first next step is done."""
    step = NextStep.objects.filter(meeting__case=case, owner__municipality__code=code).first()
    if step is not None:
        steps.finish(step=step, actor=actor, note=note)
