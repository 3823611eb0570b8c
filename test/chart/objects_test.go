package chart

import (
	"testing"

	"github.com/stretchr/testify/require"
	"helm.sh/helm/v4/pkg/chart/v2/lint"
	"helm.sh/helm/v4/pkg/chart/v2/lint/support"
	corev1 "k8s.io/api/core/v1"
)

func TestHelmFindsNothingWrong(t *testing.T) {
	for _, installation := range installations {
		for _, message := range lint.RunAll(folder, valuesOf(t, installation), "operations").Messages {
			require.LessOrEqual(t, message.Severity, support.InfoSev, "%s: %s", installation, message)
		}
	}
}

func TestObjects(t *testing.T) {
	t.Run("the least that must be said gives an API, workers, and their migration", func(t *testing.T) {
		require.Equal(t, []string{
			"Deployment/prod-omnicloud-api",
			"Deployment/prod-omnicloud-worker-allocation", "Deployment/prod-omnicloud-worker-drift", "Deployment/prod-omnicloud-worker-forecast",
			"Job/prod-omnicloud-migrate",
			"PodDisruptionBudget/prod-omnicloud-api",
			"PodDisruptionBudget/prod-omnicloud-worker-allocation", "PodDisruptionBudget/prod-omnicloud-worker-drift", "PodDisruptionBudget/prod-omnicloud-worker-forecast",
			"Service/prod-omnicloud-api", "ServiceAccount/prod-omnicloud",
		}, named(t, "least"))
	})
	t.Run("everything gives all of it", func(t *testing.T) {
		names := named(t, "everything")
		for _, name := range []string{
			"Ingress/prod-omnicloud-api", "HorizontalPodAutoscaler/prod-omnicloud-api", "HorizontalPodAutoscaler/prod-omnicloud-worker-drift",
			"NetworkPolicy/prod-omnicloud-api", "NetworkPolicy/prod-omnicloud-workers", "ConfigMap/prod-omnicloud-monitoring",
			"ConfigMap/prod-omnicloud-dashboards", "PodMonitor/prod-omnicloud", "PrometheusRule/prod-omnicloud",
		} {
			require.Contains(t, names, name)
		}
	})
	t.Run("groups of workers are whatever one wants", func(t *testing.T) {
		require.Equal(t, []string{
			"ConfigMap/prod-omnicloud-monitoring", "Deployment/prod-omnicloud-api", "Deployment/prod-omnicloud-worker-all",
			"NetworkPolicy/prod-omnicloud-api", "NetworkPolicy/prod-omnicloud-workers",
			"PodDisruptionBudget/prod-omnicloud-worker-all", "Service/prod-omnicloud-api",
		}, named(t, "one-worker"))
		require.Equal(t, "allocation,drift,forecast", podOf(t, "one-worker", "prod-omnicloud-worker-all").environment()["OMNICLOUD_QUEUES"])
	})
}

func TestNoPodMayDoMoreThanItMust(t *testing.T) {
	for _, installation := range installations {
		for _, p := range pods(t, installation) {
			t.Run(installation+" "+p.name, func(t *testing.T) {
				spec, container := p.template.Spec, p.container()
				require.Len(t, spec.Containers, 1)
				require.True(t, *spec.SecurityContext.RunAsNonRoot)
				require.Positive(t, *spec.SecurityContext.RunAsUser)
				require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, spec.SecurityContext.SeccompProfile.Type)
				require.False(t, *container.SecurityContext.AllowPrivilegeEscalation)
				require.True(t, *container.SecurityContext.ReadOnlyRootFilesystem)
				require.Equal(t, []corev1.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop)
				require.NotEmpty(t, container.Resources.Requests.Memory().String())
				require.NotEmpty(t, container.Resources.Requests.Cpu().String())
				require.NotZero(t, container.Resources.Limits.Memory().Value())
				require.Len(t, container.Args, 1, "what is secret or may become so goes through the environment")
				require.Empty(t, container.Command)
			})
		}
	}
}

func TestSecretsAreNamedAndNotSaid(t *testing.T) {
	api, migrate := podOf(t, "everything", "prod-omnicloud-api"), podOf(t, "everything", "prod-omnicloud-migrate")
	require.Equal(t, "secret:omnicloud-database/service", api.environment()["OMNICLOUD_DATABASE_URL"])
	t.Run("the owner of the tables is known to the migration alone", func(t *testing.T) {
		require.Equal(t, "secret:omnicloud-database/owner", migrate.environment()["OMNICLOUD_DATABASE_URL"])
		require.Equal(t, "pre-install,pre-upgrade", migrate.annotations["helm.sh/hook"])
	})
	t.Run("keys of a Secret are a folder that the group may read", func(t *testing.T) {
		worker := podOf(t, "least", "prod-omnicloud-worker-drift")
		require.Equal(t, "/keys", worker.environment()["OMNICLOUD_KEYS_DIR"])
		require.Equal(t, corev1.VolumeMount{Name: "keys", MountPath: "/keys", ReadOnly: true}, worker.container().VolumeMounts[0])
		require.EqualValues(t, 0o400, *worker.template.Spec.Volumes[0].Secret.DefaultMode)
		require.EqualValues(t, 65532, *worker.template.Spec.SecurityContext.FSGroup)
		require.False(t, *worker.template.Spec.AutomountServiceAccountToken)
	})
	t.Run("keys of Vault come by the service account", func(t *testing.T) {
		require.True(t, *api.template.Spec.AutomountServiceAccountToken)
		require.Equal(t, "prod-omnicloud", api.template.Spec.ServiceAccountName)
		require.NotContains(t, api.environment(), "OMNICLOUD_KEYS_DIR")
		require.Equal(t, "kubernetes", api.environment()["OMNICLOUD_VAULT_AUTH"])
	})
}

func TestStopping(t *testing.T) {
	t.Run("activities may end, for as long as the worker lets them", func(t *testing.T) {
		require.Greater(t, *podOf(t, "least", "prod-omnicloud-worker-drift").template.Spec.TerminationGracePeriodSeconds, int64(20))
	})
	t.Run("an API is out of its Service before it stops", func(t *testing.T) {
		api := podOf(t, "least", "prod-omnicloud-api")
		require.Greater(t, *api.template.Spec.TerminationGracePeriodSeconds, api.container().Lifecycle.PreStop.Sleep.Seconds+15)
	})
}

func TestAChangedFileRestartsWhoReadsIt(t *testing.T) {
	sum := func(events string) string {
		manifests, err := render(t, "one-worker", map[string]any{"monitoring": map[string]any{"events": events}})
		require.NoError(t, err)
		object, _, err := decoder.Decode([]byte(manifests["omnicloud/templates/worker-deployments.yaml"]), nil, nil)
		require.NoError(t, err)
		return deployment(t, object).Spec.Template.Annotations["checksum/monitoring"]
	}
	require.NotEmpty(t, sum("a"))
	require.NotEqual(t, sum("a"), sum("b"))
}
