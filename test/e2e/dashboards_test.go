package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/devstack"
	"github.com/omnicloud/omnicloud/internal/prometheus/prometheustest"
)

// rare are metrics that a stack which is well does not have, each with what brings it.
var rare = map[string]string{
	"temporal_activity_execution_failed_total":           "a step that fails, as one of the close does here and none of the other queues",
	"temporal_workflow_failed_total":                     "a workflow that fails",
	"temporal_workflow_canceled_total":                   "a workflow that is cancelled",
	"temporal_workflow_task_execution_failed_total":      "code that a running history does not fit",
	"omnicloud_outbox_oldest_timestamp_seconds":          "a message that waits, see the API's own test",
	"omnicloud_approval_deadline_timestamp_seconds":      "a result that waits for approval, for as long as it does",
	"omnicloud_approval_waiting_since_timestamp_seconds": "the same",
}

// dashboard is what the test reads of one.
type dashboard struct {
	UID    string `json:"uid"`
	Title  string `json:"title"`
	Panels []struct {
		ID         int    `json:"id"`
		Title      string `json:"title"`
		Type       string `json:"type"`
		Datasource struct {
			UID string `json:"uid"`
		} `json:"datasource"`
		Targets []struct {
			Expr string `json:"expr"`
		} `json:"targets"`
	} `json:"panels"`
}

func TestDashboardsAndAlertsAskForWhatThereIs(t *testing.T) {
	s := startStack(t)
	p := prometheus{address: prometheustest.Start(t, prometheustest.Options{Config: fmt.Sprintf(`
scrape_configs:
  - job_name: omnicloud
    scrape_interval: 1s
    static_configs: [{targets: [%q, %q]}]
`, devstack.HostPort(s.Endpoints.API), devstack.HostPort(s.Endpoints.WorkerMetrics))})}

	s.exercise(t, p)
	for path, board := range dashboards(t) {
		t.Run("every panel of "+path+" shows something", func(t *testing.T) {
			ids := map[int]bool{}
			for _, panel := range board.Panels {
				require.False(t, ids[panel.ID], "id %d stands twice", panel.ID)
				ids[panel.ID] = true
				if panel.Type == "row" {
					continue
				}
				require.Equal(t, "${datasource}", panel.Datasource.UID, panel.Title)
				require.NotEmpty(t, panel.Targets, panel.Title)
				for _, target := range panel.Targets {
					p.answers(t, target.Expr)
				}
			}
		})
	}
	t.Run("alerts name metrics that there are", func(t *testing.T) {
		names := p.names(t)
		for alert, expression := range alerts(t) {
			p.query(t, expression)
			for _, name := range metricsOf(expression) {
				require.True(t, slices.Contains(names, name) || rare[name] != "", "%s names %s, which nobody exports", alert, name)
			}
		}
	})
}

// exercise has the stack do what its metrics tell of: a close that fails at first and then waits for
// approval, and a night.
func (s *stack) exercise(t *testing.T, p prometheus) {
	t.Helper()
	fault := func(method, body string, status int) {
		request, err := http.NewRequest(method, s.Endpoints.Sandbox+"/sandbox/v1/faults", strings.NewReader(body))
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, status, response.StatusCode)
	}
	fault(http.MethodPut, `{"route":"GET /billing/v1/charges","error_rate":1,"status":503}`, http.StatusOK)
	s.must(t, http.StatusAccepted, request{as: "operator", method: http.MethodPost, path: "/v1/schedules/model-training/trigger", key: "night"})
	s.startClose(t, firstMonth)
	p.waitsFor(t, `temporal_activity_execution_failed_total{task_queue="allocation"}`)
	fault(http.MethodDelete, "", http.StatusNoContent)
	awaiting := s.await(t, firstMonth, "awaiting_approval")
	p.waitsFor(t, `omnicloud_approval_deadline_timestamp_seconds{book="main"}`)
	p.waitsFor(t, `omnicloud_approval_waiting_since_timestamp_seconds{book="main"}`)
	s.approve(t, firstMonth, awaiting.ResultHash)
	s.await(t, firstMonth, "closed")
	p.waitsFor(t, "omnicloud_last_close_timestamp_seconds")
	p.waitsFor(t, "omnicloud_forecast_night_timestamp_seconds")
	p.waitsFor(t, `temporal_workflow_completed_total{workflow_type="ModelTraining"}`)
}

// prometheus asks a real one.
type prometheus struct{ address string }

func (p prometheus) get(t *testing.T, path string, answer any) {
	t.Helper()
	response, err := http.Get(p.address + path)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(answer))
}

// query counts the series that an expression gives; one that is no PromQL fails the test.
func (p prometheus) query(t *testing.T, expression string) int {
	t.Helper()
	var answer struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   struct {
			Result []json.RawMessage `json:"result"`
		} `json:"data"`
	}
	p.get(t, "/api/v1/query?query="+url.QueryEscape(expression), &answer)
	require.Equal(t, "success", answer.Status, "%s: %s", expression, answer.Error)
	return len(answer.Data.Result)
}

func (p prometheus) names(t *testing.T) []string {
	t.Helper()
	var answer struct {
		Data []string `json:"data"`
	}
	p.get(t, "/api/v1/label/__name__/values", &answer)
	return answer.Data
}

func (p prometheus) waitsFor(t *testing.T, expression string) {
	t.Helper()
	poll(t, func() (bool, string) { return p.query(t, expression) > 0, "nothing of " + expression })
}

// answers demands that a dashboard's expression gives something, or asks for nothing but what is rare.
func (p prometheus) answers(t *testing.T, expression string) {
	t.Helper()
	asked := strings.NewReplacer("$__rate_interval", "5m", "$book", ".*").Replace(expression)
	for _, name := range metricsOf(asked) {
		if rare[name] != "" {
			p.query(t, asked)
			return
		}
	}
	p.waitsFor(t, asked)
}

var (
	// notMetrics are the parts of an expression whose words are labels or text.
	notMetrics = regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\boffset\s+\w+|\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	word       = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
	operators  = []string{"or", "and", "unless", "bool"}
)

// metricsOf lists the metrics that an expression names.
func metricsOf(expression string) (names []string) {
	for _, found := range word.FindAllString(notMetrics.ReplaceAllString(expression, " "), -1) {
		if name := strings.TrimSpace(found); !strings.HasSuffix(name, "(") && !slices.Contains(operators, name) {
			names = append(names, name)
		}
	}
	return names
}

func dashboards(t *testing.T) map[string]dashboard {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(repository, "deploy/dashboards/*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	all := map[string]dashboard{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		var board dashboard
		require.NoError(t, json.Unmarshal(text, &board), path)
		require.Equal(t, "omnicloud-"+strings.TrimSuffix(filepath.Base(path), ".json"), board.UID)
		all[filepath.Base(path)] = board
	}
	return all
}

// alerts are the expressions of deploy/alerts.yaml by name, which promtool must find nothing wrong with.
func alerts(t *testing.T) map[string]string {
	t.Helper()
	path := filepath.Join(repository, "deploy/alerts.yaml")
	for _, arguments := range [][]string{{"check", "rules", path}, {"test", "rules", "testdata/alerts_test.yaml"}} {
		out, err := exec.Command("promtool", arguments...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert string `yaml:"alert"`
				Expr  string `yaml:"expr"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	require.NoError(t, yaml.Unmarshal(text, &rules))
	all := map[string]string{}
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			all[rule.Alert] = rule.Expr
		}
	}
	require.NotEmpty(t, all)
	return all
}
