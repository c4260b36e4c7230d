# What a test talks to, on a terminal or a stream (standard input and output of the guest's process on the host):
#
#   guest:  = ready 6.1.192          once per boot
#   test:   ls /dev/rpmsg*           one line, any shell command, functions.sh included
#   guest:  | /dev/rpmsg_ctrl0       its output, standard error included, each line marked, when it has ended
#   guest:  = 0                      its exit code
#
# Commands run in this one shell, one after the other, so that variables, descriptors and background jobs stay:
# `burst_send /dev/rpmsg0 7 20000 >/tmp/sent & job=$!`, later `wait $job; cat /tmp/sent`. The end of the input is a
# hang-up, which ends this shell, whatever it is doing, and so the guest: no test leaves one behind.
. /lib/functions.sh
# No echo, no translated line ends, no line length limit.
[ ! -t 0 ] || stty raw -echo
output=/tmp/.output
echo "= ready $(uname -r)"
# Input that ended before the console was open is no hang-up: nobody notices it but by waiting for the first command.
patience=60
while IFS= read -r -t $patience command; do
    patience=3600
    eval "$command" >$output 2>&1 </dev/null
    status=$?
    awk '{ print "| " $0 }' $output
    echo "= $status"
done
