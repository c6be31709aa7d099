"""Where a request comes from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def ip_of(request: HttpRequest) -> str:
    """The visitor's network address, "" when unknown.

    `settings.LINLI_PROXIES` is the number of proxies of ours in front (default 0). Each adds one entry to
    X-Forwarded-For; what stands left of theirs was written by the visitor and is not believed.
    """
    proxies: int = getattr(settings, "LINLI_PROXIES", 0)
    address = str(request.META.get("REMOTE_ADDR", ""))
    if proxies > 0:
        hops = [hop.strip() for hop in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
        if len(hops) >= proxies:
            address = hops[-proxies]
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
