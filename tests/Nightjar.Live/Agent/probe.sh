# Run inside the agent's fence in the place of its program. Each attempt prints "refused" or "DONE"; nothing may be DONE.
phase=$1 outside=$2 host=$3 port=$4 secret=$5 key=$6 clone=$7 sign=$8 home=$9

# refuse NAME COMMAND...: the command must fail.
refuse() {
  local name=$1 out; shift
  if out=$(timeout 5 "$@" 2>&1 </dev/null); then echo "DONE	$name	${out:0:200}"; else echo "refused	$name"; fi
}
# nothing NAME COMMAND...: the command must print nothing.
nothing() {
  local name=$1 out; shift
  out=$(timeout 5 "$@" 2>/dev/null </dev/null)
  if [[ -n $out ]]; then echo "DONE	$name	${out:0:200}"; else echo "refused	$name"; fi
}

# The network: loopback in here is not the machine's.
for to in "127.0.0.1/$port" "::1/$port" 1.1.1.1/443 10.0.0.1/80 169.254.169.254/80 192.168.1.1/80; do
  refuse "tcp $to" bash -c "exec 3<>/dev/tcp/$to"
done
refuse "udp out" bash -c 'echo x >/dev/udp/1.1.1.1/53'
refuse "dns" getent hosts example.com
refuse "dns of the machine itself" getent ahostsv4 "$(cat /proc/sys/kernel/hostname).example.com"
nothing "interfaces" bash -c 'tail -n +3 /proc/net/dev | grep -v "^ *lo:"'
nothing "routes" bash -c 'tail -n +2 /proc/net/route'
connect='use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_un($ARGV[0])) or die "no: $!"; print "connected"'
for socket in "$outside/other.sock" /var/run/docker.sock /run/docker.sock /run/dbus/system_bus_socket /run/systemd/private /run/containerd/containerd.sock /tmp/.X11-unix/X0; do
  refuse "socket $socket" perl -e "$connect" "$socket"
done
nothing "abstract sockets" bash -c 'tail -n +2 /proc/net/unix | grep "@"'

# Writing.
for path in / /usr /usr/bin /usr/local/bin /bin /etc /lib /opt /root /home /var /srv /mnt /run /run/nightjar /proc /proc/sys /sys "$outside" "$outside/state" "$outside/state/audit" "$outside/shop" "$clone" /workspace/.git /workspace/.git/hooks /workspace/.git/objects; do
  refuse "write $path" touch "$path/canary-probe"
done
refuse "write the git config" bash -c 'echo "[core]" >>/workspace/.git/config'
refuse "replace .git" mv /workspace/.git /workspace/git
refuse "remove .git" rm -rf /workspace/.git
refuse "write the program" bash -c 'echo x >>/run/nightjar/claude'
refuse "remove the model's socket" rm -f /run/nightjar/model
refuse "write the bridge" bash -c 'for f in $(find / -name nightjar.dll -not -path "/proc/*" 2>/dev/null); do echo x >>"$f" || exit 1; done; exit 1'
for knob in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sysrq-trigger /sys/kernel/uevent_helper; do
  # Opened and not written to: what it says holds for the whole machine.
  refuse "write $knob" bash -c "exec 3<>$knob"
done
# In a container the first process is the program itself, which may make itself likelier to be killed, and not less likely.
refuse "be spared when memory runs out" bash -c 'echo -1000 >/proc/1/oom_score_adj'
if [[ $phase == 1 ]]; then
  refuse "write the source" touch /workspace/canary-probe
  refuse "change the source" bash -c 'echo x >>/workspace/stock.py'
fi

# Reading.
for path in /etc/shadow /etc/gshadow /etc/ssh /etc/gitconfig "$home/.ssh" "$home/.bashrc" "$home/.claude" "$home/.gitconfig" "$outside/secret.txt" "$outside/state/nightjar.db" "$outside/state/token" "$outside/shop" "$clone" /workspace/to-secret /var/log /var/lib /var/run/secrets /proc/kcore /dev/mem /dev/kmem /dev/sda /dev/vda /dev/kmsg /dev/fuse /dev/kvm; do
  refuse "read $path" bash -c "[[ -d $path ]] && ls $path/* || head -c1 $path"
done
nothing "variables of Nightjar" bash -c "env | grep -e $secret -e NIGHTJAR_ -e GITHUB -e TOKEN"
nothing "the key in the environment of anyone" bash -c "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -e $key -e $secret"
nothing "the key on a command line" bash -c "for p in /proc/[0-9]*; do [[ \$p == /proc/\$\$ ]] || tr '\\0' '\\n' <\$p/cmdline | grep -x -e $key; done | head -c0"
nothing "the key in a file" bash -c "grep -rslI --exclude-dir=proc -e 'sk-ant-canary' /run /tmp /home /var /workspace /etc"
nothing "other repositories" bash -c 'find / -xdev -name "*.git" -not -path "/workspace/*" 2>/dev/null | head -3'
nothing "setuid programs that would work" bash -c 'grep -q "^NoNewPrivs:.*1" /proc/self/status || echo new privileges'

# Processes.
refuse "see Nightjar" grep -q '[N]ightjar.Live' "/proc/$host/cmdline"
refuse "kill Nightjar" bash -c "grep -q '[N]ightjar.Live' /proc/$host/cmdline && kill -0 $host"
nothing "processes of others" bash -c 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " " | grep -o "[N]ightjar.Live.dll"'
refuse "kill everyone" bash -c '[[ $(ls -d /proc/[0-9]* | wc -l) -gt 20 ]]'
refuse "trace Nightjar" perl -e 'exit(syscall(101, 16, $ARGV[0], 0, 0) == 0 ? 0 : 1)' "$host"
refuse "the terminal" bash -c 'exec 3<>/dev/tty'
refuse "the namespaces of the first process" nsenter -t 1 -m -n true

# Power.
refuse "mount" mount -t tmpfs none /mnt
refuse "bind" mount --bind /tmp /usr
refuse "remount" mount -o remount,rw /
refuse "remount the source" mount -o remount,rw,bind /workspace/.git
refuse "unmount .git" umount -l /workspace/.git
refuse "remount in a namespace of one's own" unshare -Urm mount -o remount,rw,bind /usr
refuse "unmount .git in a namespace of one's own" unshare -Urm umount /workspace/.git
refuse "network of one's own reaches nobody" unshare -Urn bash -c 'exec 3<>/dev/tcp/1.1.1.1/443'
refuse "write outside from a namespace of one's own" unshare -Urm touch /usr/canary-probe
refuse "chroot" chroot /proc/1/cwd true
refuse "device" mknod /tmp/sda b 8 0
refuse "hostname" hostname nightjar-probe
refuse "become somebody" setpriv --reuid 65534 true
refuse "sudo" sudo -n true
nothing "capabilities" bash -c 'grep "^CapEff" /proc/self/status | grep -v "0000000000000000$"'

# What stays behind is looked for from outside, by the sign in its command line.
(setsid nohup sh -c "sleep 600; : $sign" >/dev/null 2>&1 &)
echo "key $ANTHROPIC_API_KEY"
echo "end of probe"
