# The guardian of one cluster: starts its brokers, and ends them when the process that asked for
# them is gone. Run as `sh -c "$(cat guardian.sh)" guardian ROOT`, with commands on stdin and one
# line of answer for each on stdout:
#
#   start DIR   java @DIR/java.args, output appended to DIR/log   answers its process id
#   end PID     SIGKILL, and wait until it is really gone         answers PID
#
# At end of input every process started here is ended and ROOT is removed. The other end of the pipe
# is closed by the kernel, so that happens however that process ends: return, panic, or SIGKILL.
#
# Waiting is done by `read`, a builtin: a broker that died by itself stays a zombie until it is
# waited for by name, so its id is not given to another process that would then be killed in its
# place.
root=$1
brokers=

while read -r verb argument; do
    case $verb in
    start)
        java "@$argument/java.args" </dev/null >>"$argument/log" 2>&1 &
        brokers="$brokers $!"
        echo "$!"
        ;;
    end)
        kill -9 "$argument" 2>/dev/null
        wait "$argument" 2>/dev/null
        others=
        for broker in $brokers; do
            [ "$broker" = "$argument" ] || others="$others $broker"
        done
        brokers=$others
        echo "$argument"
        ;;
    esac
done

for broker in $brokers; do
    kill -9 "$broker" 2>/dev/null
done
wait
rm -rf -- "$root"
