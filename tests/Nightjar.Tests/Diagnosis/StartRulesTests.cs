using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Tests.Diagnosis;

/// <summary>Why a container does not start: its image, what it refers to, its command. Docker's words (until 1.23) and containerd's.</summary>
public sealed class StartRulesTests
{
    private const string Image = "registry.example/shop/web:2";

    [Theory]
    [InlineData("image-not-found", """Failed to pull image "registry.example/shop/web:2": rpc error: code = Unknown desc = Error response from daemon: manifest for registry.example/shop/web:2 not found: manifest unknown: manifest unknown""")]
    [InlineData("image-not-found", """Failed to pull image "registry.example/shop/web:2": rpc error: code = NotFound desc = failed to pull and unpack image "registry.example/shop/web:2": failed to resolve reference "registry.example/shop/web:2": registry.example/shop/web:2: not found""")]
    [InlineData("image-pull-denied", """Failed to pull image "registry.example/shop/web:2": rpc error: code = Unknown desc = Error response from daemon: pull access denied for registry.example/shop/web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied""")]
    [InlineData("image-pull-denied", """Failed to pull image "registry.example/shop/web:2": failed to pull and unpack image "registry.example/shop/web:2": failed to resolve reference "registry.example/shop/web:2": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example/token?scope=repository%3Ashop%2Fweb%3Apull&service=registry.example: 403 Forbidden""")]
    [InlineData("registry-unresolvable", """Failed to pull image "registry.example/shop/web:2": rpc error: code = Unknown desc = Error response from daemon: Get https://registry.example/v2/: dial tcp: lookup registry.example on 10.0.0.2:53: no such host""")]
    [InlineData("registry-unresolvable", """Failed to pull image "registry.example/shop/web:2": failed to pull and unpack image "registry.example/shop/web:2": failed to resolve reference "registry.example/shop/web:2": failed to do request: Head "https://registry.example/v2/shop/web/manifests/2": dial tcp: lookup registry.example on 127.0.0.53:53: server misbehaving""")]
    [InlineData("registry-unreachable", """Failed to pull image "registry.example/shop/web:2": failed to do request: Head "https://registry.example/v2/shop/web/manifests/2": dial tcp 10.3.4.5:443: connect: connection refused""")]
    [InlineData("registry-rate-limited", """Failed to pull image "registry.example/shop/web:2": rpc error: code = Unknown desc = Error response from daemon: toomanyrequests: You have reached your pull rate limit.""")]
    [InlineData("registry-untrusted", """Failed to pull image "registry.example/shop/web:2": failed to do request: Head "https://registry.example/v2/shop/web/manifests/2": x509: certificate signed by unknown authority""")]
    [InlineData("image-platform-missing", """Failed to pull image "registry.example/shop/web:2": no match for platform in manifest: not found""")]
    public void Why_an_image_does_not_come_is_told_apart(string cause, string said)
    {
        var named = new Shop().With("web", Shop.Waiting("ErrImagePull", "rpc error"), NotReady).Says(Shop.PodRef("web"), "Failed", said).Named(cause);

        Assert.Equal(Shop.Deployment("web"), named.About);
        Assert.Contains(Image, named.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidImageName", """Failed to apply default image tag "registry.example/Shop/web:2": couldn't parse image reference "registry.example/Shop/web:2": invalid reference format: repository name must be lowercase""", "image-name-invalid")]
    [InlineData("ErrImageNeverPull", """Container image "registry.example/shop/web:2" is not present with pull policy of Never""", "image-not-on-node")]
    public void What_kubelet_itself_knows_of_an_image_is_said(string reason, string message, string cause) =>
        new Shop().With("web", Shop.Waiting(reason, message, message.Contains("Shop", StringComparison.Ordinal) ? "registry.example/Shop/web:2" : Image), NotReady).Named(cause);

    [Fact]
    public void A_pull_secret_that_is_not_there_explains_the_refusal() =>
        new Shop().With("web", Shop.Waiting("ImagePullBackOff", $"Back-off pulling image \"{Image}\""), p => NotReady(p) with { PullSecrets = ["registry"] })
            .Says(Shop.PodRef("web"), "Failed", $"Failed to pull image \"{Image}\": failed to authorize: failed to fetch anonymous token: 403 Forbidden")
            .Says(Shop.PodRef("web"), "FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (registry); attempting to pull the image may not succeed.")
            .Named("image-pull-secret-missing");

    [Fact]
    public void A_typing_error_is_seen_by_what_ran_before_even_when_the_registry_cannot_be_asked()
    {
        var before = new Workload { Meta = new ObjectMeta { Ref = new ObjectRef("ReplicaSet", Shop.Space, "web-1"), Owner = Shop.Deployment("web") }, Template = [new Container { Name = "app", Image = "nginx:1.19" }] };
        var shop = new Shop().With("web", Shop.Waiting("ErrImagePull", "rpc error", "nignx:1.19"), NotReady).With(before)
            .Says(Shop.PodRef("web"), "Failed", """Failed to pull image "nignx:1.19": rpc error: code = Unknown desc = Error response from daemon: Get https://registry.example/v2/: dial tcp: lookup registry.example: no such host""");

        var named = shop.Named("image-not-found");

        Assert.Contains("before this rollout it was `nginx:1.19`", named.Change, StringComparison.Ordinal);
        Assert.Contains(shop.Rank().QuotesOf(named), q => q.Text == "nginx:1.19");
    }

    [Theory]
    [InlineData("secret-missing", "Failed", """Error: secret "db" not found""")]
    [InlineData("config-map-missing", "Failed", """Error: configmap "settings" not found""")]
    [InlineData("config-map-key-missing", "Failed", "Error: couldn't find key colour in ConfigMap shop/settings")]
    [InlineData("secret-key-missing", "Failed", "Error: couldn't find key password in Secret shop/db")]
    [InlineData("secret-missing", "FailedMount", """MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found""")]
    [InlineData("config-map-missing", "FailedMount", """MountVolume.SetUp failed for volume "conf" : configmap "settings" not found""")]
    [InlineData("command-not-found", "Failed", """Error: failed to start container "app": Error response from daemon: OCI runtime create failed: container_linux.go:367: starting container process caused: exec: "/app/serve": stat /app/serve: no such file or directory: unknown""")]
    [InlineData("command-not-found", "Failed", """Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "serve": executable file not found in $PATH: unknown""")]
    [InlineData("command-not-executable", "Failed", """Error: failed to create containerd task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/run.sh": permission denied: unknown""")]
    [InlineData("user-not-allowed", "Failed", "Error: container has runAsNonRoot and image will run as root (pod: \"web_shop(1)\", container: app)")]
    [InlineData("memory-limit-exceeded", "Failed", "Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown")]
    public void Why_a_container_does_not_start_is_told_apart(string cause, string reason, string said) =>
        Assert.Equal(Shop.Deployment("web"), new Shop().With("web", Shop.Waiting("CreateContainerError", ""), NotReady).Says(Shop.PodRef("web"), reason, said).Named(cause).About);

    private static Pod NotReady(Pod pod) => pod with { Phase = "Pending" };
}
