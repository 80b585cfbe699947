"""What the lines of the access log are called, to those who read them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

EXPLAINED = {
    "read:case": (
        N_("läste ärendet"),
        "Någon öppnade ditt ärende och såg det som enheten får se av det.",
    ),
    "read:protected": (
        N_("tog fram namn och nummer, med ett skäl"),
        "Någon tog fram vem du är, som annars inte visas, och skrev varför.",
    ),
    "read:board": (
        N_("såg personen på enhetens tavla"),
        "Du stod i listan över dem som enheten har hand om. Den visas ofta, också när ingen "
        "läser just om dig.",
    ),
    "read:attachment": (N_("öppnade en bilaga"), "Någon öppnade en fil i ditt ärende."),
    "find:number": (
        N_("sökte på personens nummer"),
        "Någon skrev ditt nummer för att se om du finns här, till exempel när du skrevs in.",
    ),
    "find:name": (
        N_("såg personen bland träffarna på ett namn"),
        "Någon sökte på ett namn, och ditt var ett av dem som visades.",
    ),
    "read:resident": (
        N_("öppnade personen för inskrivning"),
        "Någon tog fram dina uppgifter för att skriva in dig på en avdelning.",
    ),
    "write:draft": (
        N_("började skriva något som inte är skickat"),
        "Någon skrev ett utkast i ditt ärende. Bara den som skrev det kan läsa det, och det tas "
        "bort om det inte skickas.",
    ),
    "read:draft": (
        N_("öppnade sitt utkast igen"),
        "Någon fortsatte på något som den hade skrivit i ditt ärende och inte skickat.",
    ),
    "read:block": (N_("läste enhetens spärrar"), "Någon såg vad du har spärrat vid enheten."),
    "read:blocked": (
        N_("läste att något är spärrat"),
        "Någon såg att du har spärrat något, men inte vad som står i det.",
    ),
    "write:block": (N_("spärrade det enheten har skrivit"), "Som du hade bett om."),
    "write:lift": (N_("hävde enhetens spärr"), "Så att det kan läsas som förut."),
    "write:opening": (
        N_("öppnade det spärrade"),
        "Någon öppnade det du har spärrat, med ditt samtycke eller i en nödsituation.",
    ),
}
"""What each kind of line is called, and what that means to the one it is about."""
BY = {"emergency": " (spärrat, vid nödöppning)", "consent": " (spärrat, med samtycke)"}
"""What is said of a line that was read by an opening."""
SAID = {action: said for action, (said, _meaning) in EXPLAINED.items()}
WROTE = "write"
DENIED = {
    "case": N_("försökte nå ett ärende som inte är för enheten"),
    "role": N_("försökte göra det som uppdraget inte ger rätt till"),
    "sign-in": N_("försökte logga in"),
    "limit": N_("frågade fler gånger än gränsen tillåter"),
}
"""What was refused, by the first word that the line says of it."""
OTHERWISE_DENIED = N_("försökte något som inte är tillåtet")


def kind_of(action: str) -> str:
    """By which the words are explained."""
    return WROTE if action.startswith("write:") and action not in SAID else action


def in_plain(act: str) -> str:
    """The name of an act as one says it; its title is its document's, which may be another now."""
    return act.replace("-", " ")


def said(action: str) -> str:
    """To the resident, in Swedish: what the unit did."""
    kind, _colon, act = action.partition(":")
    if action in SAID:
        return SAID[action]
    if kind == WROTE:
        return f"skrev: {in_plain(act)}"
    return "läste uppgifter" if kind in ("read", "find") else action


def in_words(action: str) -> str:
    """To the unit's reviewer, in the language of the screen: what the reader did, or tried to."""
    kind, _colon, what = action.partition(":")
    if action in SAID:
        return _(SAID[action])
    if kind == WROTE:
        return _("skrev: %(act)s") % {"act": in_plain(what)}
    if kind == "denied":
        return _(DENIED.get(what.partition(":")[0], OTHERWISE_DENIED))
    return _("läste uppgifter")
