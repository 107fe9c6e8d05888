#!/bin/sh
# Builds the shop and its tests, then runs them. Needs the .NET 10 SDK, no network, and leaves no build server behind.
set -eu
cd "$(dirname "$0")"

# Whatever the SDK wants to keep stays in here, so that a machine without a home will do.
mkdir -p .dotnet/share
export DOTNET_CLI_HOME="$PWD/.dotnet"
export XDG_DATA_HOME="$PWD/.dotnet/share"
export NUGET_PACKAGES="$PWD/.dotnet/packages"
export NUGET_HTTP_CACHE_PATH="$PWD/.dotnet/http"
export DOTNET_NOLOGO=1
export DOTNET_CLI_TELEMETRY_OPTOUT=1
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_ADD_GLOBAL_TOOLS_TO_PATH=false
export MSBUILDDISABLENODEREUSE=1

dotnet build tests/Shop.Tests/Shop.Tests.csproj \
    --configuration Debug --disable-build-servers --verbosity quiet -m:1 -p:UseSharedCompilation=false
dotnet tests/Shop.Tests/bin/Debug/net10.0/Shop.Tests.dll
