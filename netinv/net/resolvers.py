"""Whom this machine asks for names."""


def system_resolvers() -> tuple[str, ...]:
    """Addresses of the configured DNS resolvers, in order; none where none are configured (resolv.conf(5))."""
    import dns.resolver  # 25 ms on top of the messages alone, and of use to scans only

    try:
        found = dns.resolver.Resolver().nameservers
    except (dns.resolver.NoResolverConfiguration, OSError, ValueError):
        return ()
    return tuple(address for address in found if isinstance(address, str) and "://" not in address)
