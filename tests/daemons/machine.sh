# What every machine does first: directories of its own over the system's, as empty as on the first day; a name, an address.
# In: NAME, ADDRESS (empty for who asks for a lease), ROUTER; the directory with its files is /run/box from then on.
set -e
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount --bind "$BOX" /mnt
inner=$(echo /var/lib/*/ /var/cache/*/ /var/log/*/ /var/spool/*/)
for place in /run /tmp /var/lib /var/cache /var/log /var/spool; do mount -t tmpfs tmpfs $place; done
chmod 1777 /tmp
mkdir /run/box && mount --bind /mnt /run/box && umount /mnt
mkdir -p $inner /run/dbus /run/sshd /run/samba /run/avahi-daemon /var/lib/samba/private
echo "nameserver $ROUTER" > /run/box/resolv.conf
mount --bind /run/box/resolv.conf "$(readlink -f /etc/resolv.conf)" 2>/dev/null || true
printf '127.0.0.1 localhost\n%s %s %s.local\n' "${ADDRESS:-127.0.1.1}" "$NAME" "$NAME" > /run/box/hosts && mount --bind /run/box/hosts /etc/hosts
[ -d /run/box/services ] && [ -d /etc/avahi/services ] && mount --bind /run/box/services /etc/avahi/services
hostname "$NAME"
cd /run/box

avahi() { # a D-Bus of its own, and avahi-daemon on it: whether it is announced as a workstation, and where
    dbus-daemon --system --nofork --nopidfile &
    until [ -S /run/dbus/system_bus_socket ]; do sleep 0.02; done
    printf '[server]\nhost-name=%s\nallow-interfaces=%s\n[publish]\npublish-workstation=%s\n' "$NAME" "${2:-eth0}" "${1:-no}" > avahi.conf
    avahi-daemon -f avahi.conf --no-drop-root --no-chroot --no-rlimits &
    until [ -S /run/avahi-daemon/socket ]; do sleep 0.02; done
}

secure_shell() { # with a key of its own
    ssh-keygen -q -t ed25519 -N '' -f host
    "$(command -v sshd)" -D -e -f /dev/null -h /run/box/host -o PidFile=none &
}

certificate() { # signed by itself, for the subject $1
    openssl req -x509 -newkey rsa:2048 -nodes -keyout key -out cert -days 30 -subj "$1" 2> /dev/null
}

cat > leased <<'SCRIPT'
#!/bin/sh
# What a DHCP client calls with what it was told: isc-dhcp-client in the environment, udhcpc by its first word.
case "${reason:-$1}" in
    BOUND|REBOOT) ip addr add "$new_ip_address/24" dev eth0 ;;
    bound) ip addr add "$ip/24" dev eth0 ;;
    PREINIT) ip link set eth0 up ;;
esac
exit 0
SCRIPT
chmod +x leased

ip link set lo up
echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad # nobody else has the address
echo here # for the link to be made
read -r _
ip link set eth0 up
for _ in $(seq 500); do ip -6 addr show dev eth0 -tentative | grep -q fe80 && break || sleep 0.01; done # some bind to that address too
if [ -n "$ADDRESS" ]; then
    ip addr add "$ADDRESS/24" brd + dev eth0
    [ "$ADDRESS" = "$ROUTER" ] || ip route add default via "$ROUTER"
else
    read -r _ && sleep "$AFTER" # until it comes home
fi
