"""What an installation must have before it may serve anyone, and real people.

The service can't give itself TLS, a virus scanner or a database elsewhere. It can refuse to start
without them: `sammanhang serve`, each web process and `sammanhang manage check --deploy` ask here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from sammanhang.site.settings import KEY_FILE

LOCAL = {"", "localhost", "127.0.0.1", "::1"}
LEAST_KEY = 50  # characters
LONGEST_IDLE = timedelta(hours=1)


def unmet() -> list[str]:
    """What is lacking, each as a sentence that says what to do."""
    return [*_of_sign_in(), *_of_tls(), *(_of_real_people() if not settings.SYNTHETIC else ())]


def _of_sign_in() -> Iterator[str]:
    if settings.PROVIDER_NEEDED and not settings.OIDC_ISSUER:
        yield "Ange en legitimeringstjänst i SAMMANHANG_OIDC_ISSUER, annars kommer ingen in."


def _of_tls() -> Iterator[str]:
    for named in settings.TRUSTED_PROXIES:
        try:
            network = ip_network(named)
        except ValueError:
            yield f"SAMMANHANG_TRUSTED_PROXIES: {named} är varken en adress eller ett nät."
        else:
            if network.prefixlen == 0:
                yield "SAMMANHANG_TRUSTED_PROXIES: ange proxyns egen adress, inte alla adresser."
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        yield (
            "Ange i SAMMANHANG_TRUSTED_PROXIES adressen till proxyn som avslutar TLS, "
            "till exempel 127.0.0.1."
        )


def _of_real_people() -> Iterator[str]:
    if not settings.HTTPS:
        yield "Uppgifter om verkliga personer går bara över TLS: sätt SAMMANHANG_HTTPS=1."
    if not settings.OIDC_HARDWARE:
        yield (
            "Ange i SAMMANHANG_OIDC_HARDWARE hur legitimeringstjänsten säger att ett kort eller "
            "en nyckel i hårdvara användes, annars kommer ingen in."
        )
    if not settings.CLAMD:
        yield "Ange en viruskontroll i SAMMANHANG_CLAMD: filer tas inte emot ogranskade."
    if settings.EMBEDDED:
        yield "Ange en egen databasserver i DATABASE_URL; den inbyggda är till för demonstration."
    if not settings.EMBEDDED and settings.OWNER_URL != settings.APP_URL:
        yield (
            "Ta bort DATABASE_OWNER_URL för webbtjänsten: den som äger tabellerna binds inte av "
            "radsäkerheten. Kör python -m sammanhang.governance för sig."
        )
    if not _verified(settings.APP_URL):
        yield "Lägg till sslmode=verify-full i DATABASE_URL, eller använd databasens socket."
    if len(settings.SECRET_KEY) < LEAST_KEY:
        yield f"Nyckeln ska vara minst {LEAST_KEY} slumpmässiga tecken; ta bort den så görs en ny."
    if KEY_FILE.exists() and KEY_FILE.stat().st_mode & 0o077:
        yield f"Filen {KEY_FILE} får bara läsas av tjänstens eget konto: chmod 600."
    if settings.IDLE > LONGEST_IDLE:
        yield "SAMMANHANG_IDLE_MINUTES får vara högst 60."


def _verified(url: str) -> bool:
    """Whether nobody on the way can read what goes to the database, or be taken for it."""
    known = conninfo_to_dict(url)
    hosts = str(known.get("host", "")).split(",")
    local = all(host in LOCAL or host.startswith(("/", "@")) for host in hosts)
    return local or known.get("sslmode") == "verify-full"


def demand() -> None:
    """Nothing is served while something is lacking."""
    if lacking := unmet():
        listed = "\n".join(f"- {one}" for one in lacking)
        raise ImproperlyConfigured(
            f"Så här får tjänsten inte köras (docs/operations.md):\n{listed}"
        )


@register(Tags.security, deploy=True)
def check_demands(**_: Any) -> list[Error]:
    return [Error(one, id="sammanhang.E001") for one in unmet()]
