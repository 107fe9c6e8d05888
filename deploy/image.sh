#!/usr/bin/env bash
# Makes an image without a registry: a published folder, and what it needs of this machine (the .NET runtime, git, a shell,
# bubblewrap, their libraries). Where images can be pulled, deploy/Dockerfile is the better way.
#
#   dotnet publish src/Nightjar -c Release -o out && deploy/image.sh out nightjar:latest
set -euo pipefail
published=$(realpath "${1:?usage: image.sh PUBLISHED IMAGE}") image=${2:?usage: image.sh PUBLISHED IMAGE}
[[ -f $published/nightjar.dll ]] || { echo "image.sh: $published holds no nightjar.dll" >&2; exit 1; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# add FILE...: at its own path, with the libraries that it is linked to.
add() {
  local file library
  for file in "$@"; do
    mkdir -p "$root$(dirname "$file")"
    cp -Lu "$file" "$root$file"
    for library in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true); do
      mkdir -p "$root$(dirname "$library")"
      cp -Lu "$library" "$root$library"
    done
  done
}

mkdir -p "$root"/{opt/nightjar,etc,tmp,state,usr/share,usr/bin,usr/sbin,usr/lib}
for folder in bin sbin lib lib64; do
  if [[ -L /$folder ]]; then mkdir -p "$root/usr/$folder"; ln -s "usr/$folder" "$root/$folder"; else mkdir -p "$root/$folder"; fi
done
cp -r "$published/." "$root/opt/nightjar/"

# What is on the PATH may be a script that leads to it; it says itself where its runtimes are.
dotnet=$(dotnet --list-runtimes | sed -nE 's#^Microsoft\.AspNetCore\.App 10\.[^ ]* \[(.*)/shared/Microsoft\.AspNetCore\.App\]$#\1#p' | tail -n 1)
[[ -n $dotnet ]] || { echo "image.sh: there is no ASP.NET Core 10 runtime here" >&2; exit 1; }
runtime=$(ls -d "$dotnet"/shared/Microsoft.NETCore.App/10.* | sort -V | tail -n 1)
web=$(ls -d "$dotnet"/shared/Microsoft.AspNetCore.App/10.* | sort -V | tail -n 1)
mkdir -p "$root$dotnet/shared/"{Microsoft.NETCore.App,Microsoft.AspNetCore.App}
cp -r "$runtime" "$root$dotnet/shared/Microsoft.NETCore.App/"
cp -r "$web" "$root$dotnet/shared/Microsoft.AspNetCore.App/"
cp -r "$dotnet/host" "$root$dotnet/"
add "$dotnet/dotnet"
mkdir -p "$root/usr/share" && { [[ $dotnet == /usr/share/dotnet ]] || ln -s "$dotnet" "$root/usr/share/dotnet"; }
find "$runtime" -name '*.so' | while read -r library; do add "$library"; done
for library in libsqlite3.so.0 libssl.so.3 libcrypto.so.3 libgcc_s.so.1 libstdc++.so.6 libnss_dns.so.2 libnss_files.so.2 libresolv.so.2; do
  found=$(ldconfig -p | awk -v l="$library" '$1 == l {print $NF; exit}')
  [[ -z $found ]] || add "$found"
done

for program in sh cat ls sleep timeout tail env git bwrap; do
  found=$(type -P "$program" || true)
  if [[ -z $found ]]; then echo "image.sh: this machine has no $program, so the image has none" >&2; continue; fi
  real=$(readlink -f "$found")
  add "$real"
  [[ $real == "$found" ]] || { mkdir -p "$root$(dirname "$found")" && ln -sf "$real" "$root$found"; }
done
core=$(git --exec-path)
mkdir -p "$root$core"
for part in git-upload-pack git-receive-pack git-remote-http git-remote-https; do
  [[ ! -e $core/$part ]] || { cp -P "$core/$part" "$root$core/"; add "$(readlink -f "$core/$part")"; }
done

[[ ! -d /etc/ssl/certs ]] || { mkdir -p "$root/etc/ssl" && cp -rL /etc/ssl/certs "$root/etc/ssl/" 2>/dev/null || true; }
printf 'root:x:0:0:root:/:/bin/sh\nnightjar:x:10001:10001:nightjar:/state:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nnightjar:x:10001:\n' > "$root/etc/group"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
chmod -R a+rX "$root"
chmod 1777 "$root/tmp" && chown 10001:10001 "$root/state" 2>/dev/null || true

tar -C "$root" -c . | docker import -c 'ENTRYPOINT ["/opt/nightjar/nightjar"]' -c 'CMD ["run", "--config", "/etc/nightjar/nightjar.yaml"]' \
  -c 'USER 10001:10001' -c 'ENV HOME=/state' -c 'ENV DOTNET_EnableDiagnostics=0' -c "ENV DOTNET_ROOT=$dotnet" -c 'ENV PATH=/opt/nightjar:/usr/local/bin:/usr/bin:/bin:/usr/sbin' - "$image"
