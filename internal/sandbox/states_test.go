package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// resource reads one.
func (s *server) resource(t *testing.T, id string) (read infra.Resource) {
	t.Helper()
	s.get(t, "/state/v1/resources/"+id, &read)
	return read
}

// patch changes a resource at a version.
func (s *server) patch(t *testing.T, id, key string, version int64, body string) (*http.Response, string) {
	t.Helper()
	return s.call(t, http.MethodPatch, "/state/v1/resources/"+id, body, map[string]string{
		"Idempotency-Key": key, "If-Match": fmt.Sprintf(`"%d"`, version), "X-Service-Name": "test", "X-Correlation-ID": "corr-" + key,
	})
}

func testResources(t *testing.T, s *server) {
	t.Run("the sample is there, with everything that can be the matter", func(t *testing.T) {
		data := sample.New(sample.DefaultSeed)
		var page infra.ResourcePage
		s.get(t, "/state/v1/resources?limit=1000", &page)
		require.EqualValues(t, len(data.States), page.Total)
		tenants := map[string]bool{}
		lacking := map[string]string{}
		for _, resource := range page.Resources {
			tenants[resource.TenantID] = true
			switch {
			case resource.Unreadable != "":
				lacking[resource.ID] = "unreadable"
			case resource.Desired == nil:
				lacking[resource.ID] = "extra"
			case resource.Actual == nil:
				lacking[resource.ID] = "missing"
			}
		}
		require.Len(t, tenants, 25, "24 tenants, and what belongs to none")
		require.Equal(t, map[string]string{"db-acme-3": "unreadable", "vm-unknown-7f3a": "extra", "vm-vertex-1": "missing"}, lacking)
		require.Contains(t, string(s.resource(t, "sg-meridian").Actual), `"CidrIp":"0.0.0.0/0","FromPort":22`)
		require.NotContains(t, string(s.resource(t, "sg-meridian").Desired), `"FromPort":22`)
	})
	t.Run("a change is what is read from then on, also by another process", func(t *testing.T) {
		response, body := s.patch(t, "vm-acme-1", "k1", 1, `{"side":"actual","changes":[{"path":"InstanceType","value":"m6i.xlarge"}]}`)
		require.Equal(t, http.StatusOK, response.StatusCode, body)
		require.Equal(t, `"2"`, response.Header.Get("ETag"))
		require.Contains(t, string(s.resource(t, "vm-acme-1").Actual), `"InstanceType":"m6i.xlarge"`)
		second := startOn(t, s.url)
		require.Contains(t, string(second.resource(t, "vm-acme-1").Actual), `"InstanceType":"m6i.xlarge"`)

		var history struct{ Transitions []infra.Transition }
		s.get(t, "/state/v1/resources/vm-acme-1/transitions?limit=1", &history)
		require.Equal(t, infra.Active, history.Transitions[0].To)
		require.Equal(t, "test", history.Transitions[0].Actor)
		require.Equal(t, "corr-k1", history.Transitions[0].CorrelationID)
	})
	t.Run("the same key again changes nothing, another request under it is refused", func(t *testing.T) {
		response, _ := s.patch(t, "vm-acme-1", "k1", 1, `{"side":"actual","changes":[{"path":"InstanceType","value":"m6i.xlarge"}]}`)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, "true", response.Header.Get("Idempotency-Replayed"))
		response, body := s.patch(t, "vm-acme-1", "k1", 2, `{"side":"actual","changes":[{"path":"InstanceType","value":"m6i.large"}]}`)
		require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode, body)
		require.EqualValues(t, 2, s.resource(t, "vm-acme-1").Version)
	})
	t.Run("of many who change the same version, one does", func(t *testing.T) {
		var writers sync.WaitGroup
		statuses := make([]int, 8)
		for n := range statuses {
			writers.Go(func() {
				response, _ := s.patch(t, "vm-cobalt-1", fmt.Sprint("race-", n), 1, fmt.Sprintf(`{"side":"actual","changes":[{"path":"n","value":%d}]}`, n))
				statuses[n] = response.StatusCode
			})
		}
		writers.Wait()
		won := 0
		for _, status := range statuses {
			if status == http.StatusOK {
				won++
			} else {
				require.Equal(t, http.StatusPreconditionFailed, status)
			}
		}
		require.Equal(t, 1, won)
	})
	t.Run("drift is what the engine finds, and gone once it is mended", func(t *testing.T) {
		find := func() (paths []string) {
			var found struct {
				Drifts []struct {
					Path string `json:"config_path"`
				}
			}
			s.get(t, "/state/v1/resources/db-meridian-3/drift", &found)
			for _, one := range found.Drifts {
				paths = append(paths, one.Path)
			}
			return paths
		}
		require.Contains(t, find(), "BackupRetentionPeriod")
		response, body := s.patch(t, "db-meridian-3", "mend", 1, `{"side":"actual","changes":[{"path":"BackupRetentionPeriod","value":14}]}`)
		require.Equal(t, http.StatusOK, response.StatusCode, body)
		require.NotContains(t, find(), "BackupRetentionPeriod")
	})
	t.Run("a resource comes and goes", func(t *testing.T) {
		create := func(key, body string) (*http.Response, string) {
			return s.call(t, http.MethodPost, "/state/v1/resources", body, map[string]string{"Idempotency-Key": key})
		}
		made := strings.Replace(sampleResource, "contract-1", "comes", 1)
		response, body := create("c1", made)
		require.Equal(t, http.StatusCreated, response.StatusCode, body)
		response, body = create("c2", made)
		require.Equal(t, http.StatusConflict, response.StatusCode, body)
		remove := func(id, key string) (*http.Response, string) {
			return s.call(t, http.MethodDelete, "/state/v1/resources/"+id, "", map[string]string{"Idempotency-Key": key, "If-Match": `"1"`})
		}
		response, body = remove("vpc-acme", "d1")
		require.Equal(t, http.StatusConflict, response.StatusCode, body)
		require.Contains(t, body, "comes, sg-acme, subnet-acme")
		response, body = remove("comes", "d2")
		require.Equal(t, http.StatusOK, response.StatusCode, body)
		require.Equal(t, infra.Deleted, s.resource(t, "comes").State)
	})
}

func testResourceRefusals(t *testing.T, s *server) {
	change := `{"side":"actual","changes":[{"path":"n","value":1}]}`
	for _, c := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
	}{
		{"no version", http.MethodPatch, "vm-dune-1", change, map[string]string{"Idempotency-Key": "r"}, 428},
		{"a version without quotes", http.MethodPatch, "vm-dune-1", change, map[string]string{"Idempotency-Key": "r", "If-Match": "1"}, 400},
		{"any version", http.MethodPatch, "vm-dune-1", change, map[string]string{"Idempotency-Key": "r", "If-Match": "*"}, 400},
		{"another version", http.MethodPatch, "vm-dune-1", change, map[string]string{"Idempotency-Key": "r", "If-Match": `"9"`}, 412},
		{"no key", http.MethodPatch, "vm-dune-1", change, map[string]string{"If-Match": `"1"`}, 400},
		{"a member that nobody knows", http.MethodPatch, "vm-dune-1", `{"side":"actual","changes":[{"path":"n","vaule":1}]}`, map[string]string{"Idempotency-Key": "r", "If-Match": `"1"`}, 400},
		{"a path that leads nowhere", http.MethodPatch, "vm-dune-1", `{"side":"actual","changes":[{"path":"InstanceType.x","value":1}]}`, map[string]string{"Idempotency-Key": "r", "If-Match": `"1"`}, 400},
		{"an unreadable resource", http.MethodPatch, "db-acme-3", change, map[string]string{"Idempotency-Key": "r", "If-Match": `"1"`}, 409},
		{"drift of an unreadable resource", http.MethodGet, "db-acme-3/drift", "", nil, 503},
		{"a resource that nobody knows", http.MethodGet, "vm-nobody-1", "", nil, 404},
		{"somebody else's resource", http.MethodGet, "vm-dune-1", "", map[string]string{"X-Tenant-ID": "acme"}, 404},
		{"a change of somebody else's resource", http.MethodPatch, "vm-dune-1", change, map[string]string{"Idempotency-Key": "r", "If-Match": `"1"`, "X-Tenant-ID": "acme"}, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, body := s.call(t, c.method, "/state/v1/resources/"+c.path, c.body, c.header)
			require.Equal(t, c.status, response.StatusCode, body)
			require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
		})
	}
	t.Run("what belongs to no tenant is seen by all", func(t *testing.T) {
		response, _ := s.call(t, http.MethodGet, "/state/v1/resources/k8s-control-plane-a", "", map[string]string{"X-Tenant-ID": "acme"})
		require.Equal(t, http.StatusOK, response.StatusCode)
	})
	require.EqualValues(t, 1, s.resource(t, "vm-dune-1").Version)
}

func testMeddling(t *testing.T, s *server) {
	order := func(t *testing.T, body string) (*http.Response, string) {
		t.Helper()
		return s.call(t, http.MethodPost, "/sandbox/v1/drift", body, nil)
	}
	for kind, c := range map[string]struct{ id, becomes string }{
		"tags":           {"vm-ember-1", `"renamed by hand"`},
		"instance_type":  {"vm-harbor-1", `"InstanceType":"m6i.8xlarge"`},
		"encryption_off": {"bkt-harbor-2", `"ServerSideEncryptionConfiguration":[]`},
		"public_access":  {"bkt-ember-2", `"BlockPublicPolicy":false`},
		"open_port":      {"sg-harbor", `"CidrIp":"0.0.0.0/0","FromPort":22`},
	} {
		t.Run(kind, func(t *testing.T) {
			require.NotContains(t, string(s.resource(t, c.id).Actual), c.becomes)
			response, body := order(t, fmt.Sprintf(`{"resource_id":%q,"kind":%q}`, c.id, kind))
			require.Equal(t, http.StatusOK, response.StatusCode, body)
			require.Contains(t, string(s.resource(t, c.id).Actual), c.becomes)
		})
	}
	t.Run("missing, and made again", func(t *testing.T) {
		before := s.resource(t, "vm-solstice-1")
		response, body := order(t, `{"resource_id":"vm-solstice-1","kind":"missing"}`)
		require.Equal(t, http.StatusOK, response.StatusCode, body)
		gone := s.resource(t, "vm-solstice-1")
		require.Nil(t, gone.Actual)
		require.Equal(t, infra.Active, gone.State)
		again, err := json.Marshal(map[string]any{"side": "actual", "changes": []any{map[string]any{"path": "", "value": before.Desired}}})
		require.NoError(t, err)
		response, body = s.patch(t, "vm-solstice-1", "again", gone.Version, string(again))
		require.Equal(t, http.StatusOK, response.StatusCode, body)
		require.JSONEq(t, string(before.Desired), string(s.resource(t, "vm-solstice-1").Actual))
	})
	t.Run("is done again after a change, as often as ordered", func(t *testing.T) {
		response, body := order(t, `{"resource_id":"vm-finch-1","changes":[{"path":"Monitoring","value":false}],"again":2}`)
		require.Equal(t, http.StatusOK, response.StatusCode, body)
		for n, stays := range []string{"false", "false", "true"} {
			current := s.resource(t, "vm-finch-1")
			response, body = s.patch(t, "vm-finch-1", fmt.Sprint("m", n), current.Version, `{"side":"actual","changes":[{"path":"Monitoring","value":true}]}`)
			require.Equal(t, http.StatusOK, response.StatusCode, body)
			require.Contains(t, body, `"Monitoring":true`, "the writer is told that it was accepted")
			require.Contains(t, string(s.resource(t, "vm-finch-1").Actual), `"Monitoring":`+stays)
		}
	})
	for name, body := range map[string]string{
		"neither kind nor changes":  `{"resource_id":"vm-finch-1"}`,
		"a kind that nobody knows":  `{"resource_id":"vm-finch-1","kind":"explode"}`,
		"both":                      `{"resource_id":"vm-finch-1","kind":"tags","changes":[{"path":"n","value":1}]}`,
		"too often":                 `{"resource_id":"vm-finch-1","kind":"tags","again":1001}`,
		"a path that leads nowhere": `{"resource_id":"vm-finch-1","changes":[{"path":"Monitoring.x","value":1}]}`,
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			response, text := order(t, body)
			require.Equal(t, http.StatusBadRequest, response.StatusCode, text)
		})
	}
}
