package chart

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func deployment(t *testing.T, object runtime.Object) *appsv1.Deployment {
	t.Helper()
	one, ok := object.(*appsv1.Deployment)
	require.True(t, ok)
	return one
}

// set makes nested values of a path.
func set(value any, path ...string) map[string]any {
	for i := len(path) - 1; i > 0; i-- {
		value = map[string]any{path[i]: value}
	}
	return map[string]any{path[0]: value}
}

func TestWrongValuesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		changes map[string]any
		says    string
	}{
		"a name that is mistyped":         {set("x", "image", "repostory"), "additional properties 'repostory' not allowed"},
		"a queue that there is not":       {set([]any{"drfit"}, "workers", "drift", "queues"), "must be one of 'allocation', 'drift', 'forecast'"},
		"a group without queues":          {set(map[string]any{"replicas": 1}, "workers", "more"), "missing property 'queues'"},
		"fewer than no replicas":          {set(-1, "api", "replicas"), "'/api/replicas': minimum: got -1, want 0"},
		"an address that is a URL":        {set("http://temporal:7233", "temporal", "address"), "'/temporal/address'"},
		"a URL that is none":              {set("platform", "services", "all"), "'/services/all'"},
		"too little time to stop":         {set(5, "workerDefaults", "terminationGracePeriodSeconds"), "minimum: got 5, want 25"},
		"root":                            {set(0, "podSecurityContext", "runAsUser"), "minimum: got 0, want 1"},
		"days, which are no duration":     {set("3d", "remediation", "approvalDeadline"), "'/remediation/approvalDeadline'"},
		"no image":                        {set("", "image", "repository"), "image.repository is empty; set it to"},
		"no database":                     {set("", "database", "existingSecret"), "database.existingSecret is empty; name the Secret"},
		"no Temporal":                     {set("", "temporal", "address"), "temporal.address is empty; set it to host:port"},
		"no keys":                         {set("", "keys", "existingSecret"), "keys.existingSecret is empty, and so is keys.vault.addr"},
		"keys in two places":              {set("https://vault", "keys", "vault", "addr"), "keys.vault.addr and keys.existingSecret are both set"},
		"no services":                     {set("", "services", "all"), "services.tenants is empty, and so is services.all"},
		"what to read, but not where":     {set("metrics: []", "monitoring", "metricsConfig"), "monitoring.prometheusURL is empty"},
		"an issuer of tokens for anybody": {set("https://login", "api", "oidc", "issuer"), "api.oidc.audience is empty"},
		"an ingress without a name":       {set(true, "api", "ingress", "enabled"), "api.ingress.host is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := render(t, "least", c.changes)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestNotesSayWhatIsLeftToDo(t *testing.T) {
	notes := func(installation string, changes map[string]any) string {
		manifests, err := render(t, installation, changes)
		require.NoError(t, err)
		return manifests["omnicloud/templates/NOTES.txt"]
	}
	least := notes("least", nil)
	require.Contains(t, least, "kubectl -n operations exec -i deploy/prod-omnicloud-api -- /omnicloud book apply - < book.yaml")
	require.Contains(t, least, "token mint")
	require.NotContains(t, least, "Nobody serves")
	require.Contains(t, notes("least", set(nil, "workers", "drift")), "Nobody serves the queue drift")
	require.NotContains(t, notes("everything", nil), "token mint", "whoever has OIDC signs in there")
}
