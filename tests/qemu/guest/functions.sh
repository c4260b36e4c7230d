# What tests and the lab do inside the guest. Every function prints what it found and fails when it did not.

# Waits for up to SECONDS until the command succeeds: await 10 test -b /dev/vda
await() {
    _end=$(($(uptime_seconds) + $1))
    shift
    until "$@"; do
        [ "$(uptime_seconds)" -lt $_end ] || { echo "did not come about: $*"; return 1; }
        usleep 20000
    done
}
uptime_seconds() { cut -d . -f 1 /proc/uptime; }

# What the kernel has complained about since the shell began: I/O errors, resets, time-outs. Fails if there is nothing.
complaints() { dmesg | grep -iE 'error|reset|timed out|timeout|abort|critical|failed|BUG:|WARNING:|Call Trace'; }

# The kernel forgets what it has read: what is read next comes from the device.
forget() { sync && echo 3 >/proc/sys/vm/drop_caches; }

# unbind DRIVER DEVICE, bind DRIVER DEVICE: unbind virtio_blk virtio1
unbind() { echo "$2" >"/sys/bus/virtio/drivers/$1/unbind"; }
bind() { echo "$2" >"/sys/bus/virtio/drivers/$1/bind"; }

# writer DIRECTORY [MIB]: writes the files 0 to 3 there, again and again, each round with other content in every block and on the disk when
# it is over, until there is /tmp/stop. What is in them is in /tmp/sums (SHA-256), how many rounds are over in /tmp/rounds, and what they
# wrote in /tmp/bytes.
# Prints nothing but errors, and ends with the first.
writer() {
    mkdir -p /tmp/sums
    [ -e /tmp/data ] || dd if=/dev/urandom of=/tmp/data bs=1M count="${2:-8}" 2>/dev/null || return
    _round=0 _bytes=0
    until [ -e /tmp/stop ]; do
        _name=$((_round % 4)) _round=$((_round + 1))
        # So many bytes longer than the round before, so everything lies elsewhere.
        { printf "%0${_round}d" 0; cat /tmp/data; } >/tmp/next || return
        sha256sum </tmp/next >"/tmp/sums/$_name" || return
        dd if=/tmp/next of="$1/$_name" bs=64k conv=fsync 2>/tmp/dd || { cat /tmp/dd; return 1; }
        _bytes=$((_bytes + $(stat -c %s /tmp/next)))
        echo $_bytes >/tmp/bytes
        # A reader sees a whole number.
        echo $_round >/tmp/.rounds && mv /tmp/.rounds /tmp/rounds
    done
}

# verify DIRECTORY: the files there have the content that /tmp/sums says.
verify() {
    for _sum in /tmp/sums/*; do
        sha256sum <"$1/${_sum##*/}" | cmp - "$_sum" || { echo "$1/${_sum##*/} differs"; return 1; }
    done
}

# resume_sums DIRECTORY: makes /tmp/sums anew from the files there.
resume_sums() {
    mkdir -p /tmp/sums
    for _file in "$1"/[0-9]*; do sha256sum <"$_file" >"/tmp/sums/${_file##*/}"; done
}
