# What tests do inside the guest. Every function prints what it found and fails when it did not.
# The programs: busybox, and `rpmsg` (rpmsg.c says what it can).

sys=/sys/bus/virtio/drivers/virtio_rpmsg_bus

# Waits for up to SECONDS until the command succeeds: await 10 test -c /dev/rpmsg0
await() {
    _end=$(($(uptime_seconds) + $1))
    shift
    until "$@"; do
        [ "$(uptime_seconds)" -lt $_end ] || { echo "did not come about: $*"; return 1; }
        usleep 20000
    done
}
uptime_seconds() { cut -d . -f 1 /proc/uptime; }

# The rpmsg devices, a line each: virtio0.rpmsg-raw.-1.1024, as /sys/bus/rpmsg/devices names them.
channels() { ls /sys/bus/rpmsg/devices; }

# channel NAME: that channel's name, source and destination, and the driver that has it. A channel's device is
# virtioN.NAME.SRC.DST, as numbers with a sign: ANY is -1.
channel() {
    for _device in /sys/bus/rpmsg/devices/*; do
        [ "$(cat "$_device/name")" = "$1" ] || continue
        echo "$1 $(cat "$_device/src") $(cat "$_device/dst") $(basename "$(readlink "$_device/driver")")"
        return 0
    done
    return 1
}

# endpoint NAME: the file /dev/rpmsgN of the endpoint or rpmsg-raw channel of that name; the first of several.
endpoint() {
    for _class in /sys/class/rpmsg/rpmsg[0-9]*; do
        [ -e "$_class/name" ] && [ "$(cat "$_class/name")" = "$1" ] && { echo "/dev/$(basename "$_class")"; return 0; }
    done
    return 1
}

# claim NAME: gives the channel of that name to the driver of rpmsg-raw, whatever it is called, and prints its file. A
# service of our own is made that way: `rpmsg create-dev /dev/rpmsg_ctrl0 thing 1000 any; claim thing`. The kernel
# announces a channel when a driver takes it, and not before; names with a driver (rpmsg-raw, rpmsg-tty, the sample's) at once.
claim() {
    for _device in /sys/bus/rpmsg/devices/*; do
        [ "$(cat "$_device/name")" = "$1" ] || continue
        echo rpmsg_chrdev >"$_device/driver_override"
        echo "${_device##*/}" >/sys/bus/rpmsg/drivers/rpmsg_chrdev/bind
        await 5 endpoint "$1"
        return
    done
    echo "no channel $1"
    return 1
}

# Unbinds the rpmsg driver from the virtio device and binds it again: the back end sees its queues stop, then new rings.
# The bus removes every channel and endpoint; what had /dev/rpmsgN open reads and writes EPIPE from then on.
unbind() { echo "${1:-virtio0}" >$sys/unbind; }
bind() { echo "${1:-virtio0}" >$sys/bind; }

# sample COUNT: the kernel's sample client, which sends "hello world!" when its channel comes up and answers COUNT
# messages. The kernel's log has "new channel: 0x402 -> 0x40!", "incoming msg 1 (src: 0x40)" and "goodbye!".
sample() { insmod /lib/modules/rpmsg_client_sample.ko count="$1"; }
sample_end() { rmmod rpmsg_client_sample; }

# tty_raw: ttyRPMSG0 without echo and without translated line ends. Before anything is written to it: with echo on, the
# guest sends back what it receives.
tty_raw() { stty -F "${1:-/dev/ttyRPMSG0}" raw -echo; }

# Two guests (or any two peers that do not learn addresses from announcements): Linux refuses to send to ANY and does not
# announce the address that an endpoint picks, so each side makes an endpoint with both addresses given.
# fixed_endpoint NAME SRC DST: makes it and prints its device file.
fixed_endpoint() {
    rpmsg create-ept "${4:-/dev/rpmsg_ctrl0}" "$1" "$2" "$3" && await 5 endpoint "$1"
}

# The bus's own debug lines in the kernel's log: every message in and out, with its header.
debug_bus() { echo 'file virtio_rpmsg_bus.c +p' >/proc/dynamic_debug/control; }
