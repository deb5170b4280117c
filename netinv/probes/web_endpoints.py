"""Addresses at which makers let a device tell what it is without a password: a table, each asked only of whom something hints at.

To add one, add its line here, and a rule that listens to its name as `web.api` (`classification/data/rules/web-apis.toml`).
Where no maker describes an address, the projects named do.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

PAGE = ("http.title", "http.server", "http.realm", "http.header")
SSDP = ("ssdp.server", "ssdp.st", "ssdp.user-agent", "upnp.manufacturer", "upnp.model")
NAMES = ("mdns.hostname", "dhcp.hostname", "dns.ptr")
SERVICE = "mdns.service"
PORT = "tcp.8009"
"""Of Google Cast, which is hint enough; other ports may be anybody's."""
HEARS = frozenset({*PAGE, *SSDP, *NAMES, SERVICE, PORT})
_LONGEST = 512
"""Characters of a fact in which a hint is sought."""


class Endpoint(NamedTuple):
    """Where to ask, of whom, and which parts of the answer tell what."""

    name: str
    """What `web.api` tells of who answers there."""
    path: str
    told: Mapping[str, str]
    """Evidence keys by the member of a JSON object, the element of an XML document, its `@attribute`, or the name before a `=`.
    Without the first of them it is no such answer; of several with one key the first counts."""
    ports: tuple[int, ...] = (80, 443)
    """Tried in this order, those known to be open first."""
    page: str = ""
    """What a first page of it shows in its title, its server's name, a realm or another header."""
    ssdp: str = ""
    """What it says of itself by SSDP and UPnP."""
    called: str = ""
    """How the host names begin that it is born with."""
    services: tuple[str, ...] = ()
    """Types of services only it announces by mDNS."""
    port: str = ""
    """An open port that is a hint by itself, as evidence."""


_MODEL, _NAME, _FIRMWARE, _SERIAL, _VENDOR, _PRODUCT = (
    f"web.{word}" for word in ("model", "name", "firmware", "serial", "vendor", "product")
)

_TABLE = (
    # -- routers and what belongs to the network
    # AVM, "jason_boxinfo": https://avm.de/service/schnittstellen/
    Endpoint("fritz", "/jason_boxinfo.xml", {"Name": _MODEL, "Version": _FIRMWARE, "Serial": _SERIAL}, page=r"\bFRITZ!"),
    # Netgear's own set-up program asks here
    Endpoint("netgear", "/currentsetting.htm", {"Model": _MODEL, "Firmware": _FIRMWARE}, page=r"\bNETGEAR\b"),
    # Ubiquiti's UniFi Network application, and the console it runs on (aiounifi)
    Endpoint("unifi-network", "/status", {"server_version": _FIRMWARE}, (8443,), page=r"^UniFi( Network| Controller)?$"),
    Endpoint("unifi-console", "/api/system", {"shortname": _MODEL, "name": _NAME}, (443,), page=r"^UniFi OS"),
    # -- storage and servers
    # QNAP's login page asks here for its own looks
    Endpoint(
        "qnap", "/cgi-bin/authLogin.cgi",
        {"authPassed": "", "displayModelName": _MODEL, "modelName": _MODEL, "version": _FIRMWARE, "hostname": _NAME},
        (8080, 443, 80), page=r"\bQNAP\b|^http server 1\.0$", services=("_qdiscover._tcp",),
    ),
    # Synology's UPnP description of the device itself, which is there with SSDP turned off, too
    Endpoint(
        "synology", "/ssdp/desc-DSM-eth0.xml", {"modelName": _MODEL, "serialNumber": _SERIAL}, (5000,),
        page=r"\bSynology\b",
    ),
    # Nextcloud, "status.php", and ownCloud's the same
    Endpoint("nextcloud", "/status.php", {"productname": _PRODUCT, "versionstring": _FIRMWARE}, page=r"\b(Nextcloud|ownCloud)\b"),
    # VMware, "vSphere Web Services SDK": which versions of its interface a host speaks
    Endpoint("esxi", "/sdk/vimServiceVersions.xml", {"version": _FIRMWARE}, (443,), page=r"\bESXi\b|\bID_EESX|VMware ESX"),
    # -- management of servers
    # Hewlett Packard Enterprise, "RIMP": what an iLO tells without a password
    Endpoint(
        "ilo", "/xmldata?item=all", {"PN": _PRODUCT, "SPN": _MODEL, "FWRI": _FIRMWARE, "SBSN": _SERIAL}, (443, 80),
        page=r"\biLO\b|Integrated Lights-Out",
    ),
    # Dell's login pages ask here, to the eighth generation and from the ninth on
    Endpoint(
        "idrac", "/session?aimGetProp=hostname,gui_str_title_bar,OEMHostName,fwVersion,sysDesc",
        {"fwVersion": _FIRMWARE, "sysDesc": _MODEL, "hostname": _NAME}, (443,), page=r"\biDRAC ?[678]?\b",
    ),
    Endpoint(
        "idrac", "/sysmgmt/2015/bmc/info", {"FwVer": _FIRMWARE, "SystemModelName": _MODEL, "iDRACName": _NAME}, (443,),
        page=r"\biDRAC ?9\b|Remote Access Controller 9",
    ),
    # DMTF Redfish (DSP0266, 6.2): the service root is open to everybody
    Endpoint(
        "redfish", "/redfish/v1/", {"RedfishVersion": "", "Product": _PRODUCT, "Vendor": _VENDOR}, (443,),
        page=r"\bBMC\b|MegaRAC|XClarity|\bSupermicro\b|\bASRockRack\b",
    ),
    # -- printers
    # HP's "LEDM", which its own drivers (hplip) read
    Endpoint(
        "hp-ledm", "/DevMgmt/ProductConfigDyn.xml", {"MakeAndModel": _MODEL, "SerialNumber": _SERIAL, "Revision": _FIRMWARE},
        (80, 443, 8080),
        page=r"\bHP HTTP Server\b|\bHP (Color )?(LaserJet|OfficeJet|DeskJet|ENVY|PageWide|Smart Tank|DesignJet)\b",
    ),
    # -- telephones
    # Cisco, "IP Phone ... Administration Guide": "DeviceInformationX"
    Endpoint(
        "cisco-phone", "/DeviceInformationX",
        {"modelNumber": _MODEL, "versionID": _FIRMWARE, "serialNumber": _SERIAL, "HostName": _NAME},
        page=r"\b(Cisco (Unified )?IP Phone|Cisco Systems, Inc\. IP Phone|Cisco Communicator)\b", called="SEP[0-9A-F]{12}",
    ),
    # -- cameras
    # Hikvision, "ISAPI": open on some
    Endpoint(
        "isapi", "/ISAPI/System/deviceInfo",
        {"model": _MODEL, "firmwareVersion": _FIRMWARE, "serialNumber": _SERIAL, "deviceName": _NAME, "deviceType": _PRODUCT},
        page=r"^(App-webs|D?NVRS-Webs|DVRDVS-Webs|Hikvision-Webs)\b",
    ),
    # Axis, "VAPIX": the brand is told to the login page
    Endpoint(
        "axis", "/axis-cgi/prod_brand_info/getbrand.cgi", {"ProdFullName": _MODEL, "ProdNbr": "", "Brand": ""},
        page=r"^AXIS(_|\b)", services=("_axis-video._tcp",),
    ),
    # -- television
    # Samsung, "Smart View": also what its own senders ask first
    Endpoint(
        "samsung-tv", "/api/v2/", {"modelName": _MODEL, "name": _NAME}, (8001,),
        ssdp=r"urn:samsung\.com:device|Samsung UPnP SDK|SHP, UPnP|SEC_HHP_\[TV\]", services=("_samsungmsf._tcp",),
    ),
    # Philips, "JointSPACE"
    Endpoint(
        "philips-tv", "/system", {"name": _NAME, "model": _MODEL, "softwareversion": _FIRMWARE, "serialnumber": _SERIAL}, (1925,),
        ssdp=r"PhilipsTV|Philips.{0,16}\bTV\b", services=("_philipstv_rpc._tcp", "_philipstv_s_rpc._tcp"),
    ),
    # -- media players
    # Google Cast's own set-up page asks here
    Endpoint(
        "cast", "/setup/eureka_info?params=name,device_info,build_info",
        {"name": "cast.name", "model_name": "cast.model", "cast_build_revision": "cast.firmware"}, (8008,), port="tcp.8009=open",
    ),
    # Roku, "External Control Protocol"
    Endpoint(
        "roku", "/query/device-info",
        {"model-name": "roku.model", "is-tv": "roku.is-tv", "user-device-name": "roku.name", "software-version": "roku.firmware",
         "serial-number": "roku.serial"},
        (8060,), ssdp=r"^roku:ecp$",
    ),
    # Kodi, "JSON-RPC API": of it only this question, which needs no leave
    Endpoint(
        "kodi",
        "/jsonrpc?request=%7B%22jsonrpc%22:%222.0%22,%22id%22:1,%22method%22:%22Application.GetProperties%22,"
        "%22params%22:%7B%22properties%22:%5B%22name%22,%22version%22%5D%7D%7D",
        {"major": _FIRMWARE, "name": _PRODUCT}, (8080,), page=r"^Kodi$", services=("_xbmc-jsonrpc-h._tcp",),
    ),
    # Plex, "Media Server: Get Server Identity"
    Endpoint(
        "plex", "/identity", {"@machineIdentifier": "", "@version": _FIRMWARE}, (32400,), ssdp=r"\bPlex\b",
        services=("_plexmediasvr._tcp",),
    ),
    # Jellyfin, and Emby that it comes from
    Endpoint(
        "jellyfin", "/System/Info/Public", {"ServerName": _NAME, "Version": _FIRMWARE, "ProductName": _PRODUCT}, (8096, 80, 443),
        page=r"^(Jellyfin|Emby)\b", ssdp=r"\b(Jellyfin|Emby)\b",
    ),
    # -- loudspeakers and receivers
    # Sonos: the description of the player, with its room
    Endpoint(
        "sonos", "/xml/device_description.xml",
        {"roomName": _NAME, "modelName": _MODEL, "softwareVersion": _FIRMWARE, "serialNum": _SERIAL}, (1400,), page=r"\bSonos/",
        ssdp=r"\bSonos/", services=("_sonos._tcp",),
    ),
    # Bose, "SoundTouch Webservices API"
    Endpoint(
        "soundtouch", "/info", {"type": _MODEL, "name": _NAME, "softwareVersion": _FIRMWARE, "serialNumber": _SERIAL}, (8090,),
        ssdp=r"\bSoundTouch\b", services=("_soundtouch._tcp",),
    ),
    # Yamaha, "Yamaha Extended Control API Specification (Basic)"
    Endpoint(
        "musiccast", "/YamahaExtendedControl/v1/system/getDeviceInfo",
        {"model_name": _MODEL, "system_version": _FIRMWARE, "serial_number": _SERIAL}, (80,), page=r"^Network_Module/|\bYamaha\b",
        ssdp=r"\bYamaha\b",
    ),
    # Denon and Marantz (denonavr)
    Endpoint(
        "denon", "/goform/Deviceinfo.xml", {"ModelName": _MODEL, "ManualModelName": "", "UpgradeVersion": _FIRMWARE}, (80, 8080),
        ssdp=r"^(Denon|Marantz)\b|urn:schemas-denon-com:",
    ),
    # Lenbrook, "BluOS Custom Integration API"
    Endpoint(
        "bluos", "/SyncStatus", {"@modelName": _MODEL, "@name": _NAME, "@brand": _VENDOR}, (11000,), services=("_musc._tcp",),
    ),
    # Linkplay, "HTTP API for WiFi audio modules"
    Endpoint(
        "linkplay", "/httpapi.asp?command=getStatusEx", {"project": _MODEL, "DeviceName": _NAME, "firmware": _FIRMWARE},
        services=("_linkplay._tcp",),
    ),
    # Volumio, "REST API"
    Endpoint(
        "volumio", "/api/v1/getSystemInfo", {"systemversion": _FIRMWARE, "name": _NAME, "hardware": _MODEL}, (80,),
        page=r"^Volumio\b", services=("_Volumio._tcp",),
    ),
    # -- home and energy
    # Signify, "Hue API, Configuration": told without a key
    Endpoint(
        "hue", "/api/config", {"modelid": _MODEL, "name": _NAME, "swversion": _FIRMWARE, "bridgeid": _SERIAL},
        page=r"^hue personal wireless|\bhue bridge", ssdp=r"\bIpBridge/", services=("_hue._tcp",),
    ),
    # Shelly: "type" of the first generation, "model" and "app" of the others
    Endpoint(
        "shelly", "/shelly",
        {"mac": "", "model": _MODEL, "type": _MODEL, "app": _PRODUCT, "name": _NAME, "ver": _FIRMWARE, "fw": _FIRMWARE}, (80,),
        page=r"\bshelly(?:http|plus|pro)?(?![a-z])|^Mongoose/", called="shelly", services=("_shelly._tcp",),
    ),
    # Tasmota, "Commands: Status 0", which changes nothing
    Endpoint(
        "tasmota", "/cm?cmnd=Status%200", {"Hostname": "", "DeviceName": _NAME, "Version": _FIRMWARE, "Hardware": _PRODUCT},
        (80,), page=r"\bTasmota\b", called="tasmota[-_]",
    ),
    # WLED, "JSON API"
    Endpoint(
        "wled", "/json/info", {"brand": _VENDOR, "product": _PRODUCT, "ver": _FIRMWARE, "name": _NAME}, (80,), page=r"^WLED\b",
        called="wled-", services=("_wled._tcp",),
    ),
    # Elgato's Key Light and its like
    Endpoint(
        "elgato", "/elgato/accessory-info",
        {"productName": _MODEL, "displayName": _NAME, "firmwareVersion": _FIRMWARE, "serialNumber": _SERIAL}, (9123,),
        services=("_elg._tcp",),
    ),
    # HomeWizard Energy, "API documentation"
    Endpoint(
        "homewizard", "/api",
        {"product_type": _MODEL, "product_name": _PRODUCT, "serial": _SERIAL, "firmware_version": _FIRMWARE},
        (80,), services=("_hwenergy._tcp",),
    ),
    # Twinkly (xled-docs)
    Endpoint(
        "twinkly", "/xled/v1/gestalt", {"product_code": _MODEL, "device_name": _NAME, "product_name": _PRODUCT, "hw_id": _SERIAL},
        (80,), called="twinkly[-_]",
    ),
    # Valetudo: what a robot is that runs it
    Endpoint(
        "valetudo", "/api/v2/robot", {"manufacturer": _VENDOR, "modelName": _MODEL, "implementation": _PRODUCT}, (80,),
        services=("_valetudo._tcp",), page=r"^Valetudo\b",
    ),
    # Home Assistant's own page describes itself as an application (W3C, Web Application Manifest)
    Endpoint(
        "home-assistant", "/manifest.json", {"name": _PRODUCT}, (8123, 80, 443), page=r"^Home Assistant$",
        services=("_home-assistant._tcp",),
    ),
    # Klipper's printers, by Moonraker: "External API, Query Klippy host information"
    Endpoint(
        "moonraker", "/printer/info", {"klipper_path": "", "hostname": _NAME, "software_version": _FIRMWARE}, (80, 7125),
        page=r"^(Mainsail|fluidd)\b", services=("_moonraker._tcp",),
    ),
    # Fronius, "Solar API V1: GetLoggerInfo"
    Endpoint(
        "fronius", "/solar_api/v1/GetLoggerInfo.cgi", {"ProductID": _MODEL, "UniqueID": _SERIAL, "SWVersion": _FIRMWARE}, (80,),
        page=r"\bFronius\b", called="fronius[-_]", services=("_Fronius-SE-Inverter._tcp",),
    ),
    # Enphase (pyenphase)
    Endpoint(
        "enphase", "/info.xml", {"pn": _MODEL, "sn": _SERIAL, "software": _FIRMWARE},
        page=r"\b(Enphase|Envoy)\b", called=r"envoy(\.|$)", services=("_enphase-envoy._tcp",),
    ),
)  # fmt: skip
# ESPHome, OctoPrint and Matter say all they tell by mDNS; Axis' basic device information, LG's webOS and Proxmox want a POST, a
# WebSocket or a login; Brother, Epson and Canon are known by their first page.
ENDPOINTS: Mapping[str, Endpoint] = {f"{each.name} {each.path}": each for each in _TABLE}
"""Each by what it is hinted at by."""
TELLS = tuple(dict.fromkeys(("web.api", *(key for each in _TABLE for key in each.told.values() if key))))

_HINTS = tuple(
    (hint, keys, pattern)
    for hint, each in ENDPOINTS.items()
    for keys, pattern in (
        (PAGE, each.page),
        (SSDP, each.ssdp),
        (NAMES, each.called and f"^{each.called}"),
        ((SERVICE,), "|".join(f"^{re.escape(service)}$" for service in each.services)),
        ((each.port.partition("=")[0],), each.port and f"^{each.port.partition('=')[2]}$"),
    )
    if pattern
)


@lru_cache(4096)
def hints(key: str, value: str) -> tuple[str, ...]:
    """Which endpoints a fact makes it worth asking; none for most."""
    said = (value.partition(": ")[2] if key == "http.header" else value)[:_LONGEST]
    return tuple(hint for hint, keys, pattern in _HINTS if key in keys and _compiled(pattern).search(said))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """30 ms for all of them, which only who hears such a fact should wait for."""
    return re.compile(pattern, re.IGNORECASE)
