package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const planText = `{"format_version":"1.2","terraform_version":"1.5.7","planned_values":{},"resource_drift":[
{"address":"aws_security_group.web","mode":"managed","type":"aws_security_group","change":{"actions":["update"],
 "before":{"name":"web","tags":{"team":"a"},"ingress":[{"protocol":"tcp","from_port":443,"to_port":443,"cidr_blocks":["0.0.0.0/0"]},{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["10.0.0.0/8"]}]},
 "after":{"name":"web","tags":{"team":"b"},"ingress":[{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["0.0.0.0/0"]},{"protocol":"tcp","from_port":443,"to_port":443,"cidr_blocks":["0.0.0.0/0"]}]},
 "before_sensitive":{},"after_sensitive":{}}},
{"address":"aws_db_instance.main","mode":"managed","type":"aws_db_instance","change":{"actions":["update"],
 "before":{"instance_class":"db.t3.small","parameter":"first marked value"},"after":{"instance_class":"db.t3.large","parameter":"second marked value"},
 "before_sensitive":{"parameter":true},"after_sensitive":{"parameter":true}}}]}`

func inFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return folder
}

func TestDriftOfATerraformPlan(t *testing.T) {
	folder := inFolder(t, map[string]string{"plan.json": planText})
	plan := filepath.Join(folder, "plan.json")
	t.Run("as text, the gravest first", func(t *testing.T) {
		code, stdout, stderr := execute(t, "drift", "--terraform-plan", plan)
		assert.Equal(t, 2, code)
		assert.Empty(t, stderr)
		assert.Equal(t, `aws_security_group.web
  ~ critical   ingress[1].cidr_blocks[0] (value changed)
        declared "10.0.0.0/8"
        live     "0.0.0.0/0"
  ~ cosmetic   tags.team (value changed)
        declared "a"
        live     "b"
  2 differences: 1 critical, 1 cosmetic
aws_db_instance.main
  ~ security   parameter (value changed)
        declared "[hidden #1]"
        live     "[hidden #2]"
  ~ functional instance_class (value changed)
        declared "db.t3.small"
        live     "db.t3.large"
  2 differences: 1 security, 1 functional
2 of 2 resources differ
`, stdout)
	})
	t.Run("as JSON, a line per resource", func(t *testing.T) {
		code, stdout, _ := execute(t, "drift", "--terraform-plan", plan, "--format", "json", "--fail-on", "critical")
		assert.Equal(t, 2, code)
		lines := strings.Split(strings.TrimSpace(stdout), "\n")
		require.Len(t, lines, 2)
		var line struct {
			ID      string         `json:"id"`
			Summary map[string]int `json:"summary"`
		}
		require.NoError(t, json.Unmarshal([]byte(lines[0]), &line))
		assert.Equal(t, "aws_security_group.web", line.ID)
		assert.Equal(t, map[string]int{"cosmetic": 1, "functional": 0, "security": 0, "critical": 1}, line.Summary)
	})
	t.Run("as SARIF", func(t *testing.T) {
		code, stdout, _ := execute(t, "drift", "--terraform-plan", plan, "--format", "sarif")
		assert.Equal(t, 2, code)
		var log struct {
			Version string `json:"version"`
			Runs    []struct {
				Results []struct {
					RuleID string `json:"ruleId"`
					Level  string `json:"level"`
				} `json:"results"`
			} `json:"runs"`
		}
		require.NoError(t, json.Unmarshal([]byte(stdout), &log))
		assert.Equal(t, "2.1.0", log.Version)
		require.Len(t, log.Runs[0].Results, 4)
		assert.Equal(t, "drift/critical", log.Runs[0].Results[0].RuleID)
		assert.NotContains(t, stdout, "marked value")
	})
	t.Run("a plan without drift exits with 0", func(t *testing.T) {
		quiet := inFolder(t, map[string]string{"p.json": `{"format_version":"1.2","planned_values":{}}`})
		code, stdout, _ := execute(t, "drift", "--terraform-plan", filepath.Join(quiet, "p.json"))
		assert.Equal(t, 0, code)
		assert.Equal(t, "0 of 0 resources differ\n", stdout)
	})
	t.Run("tags are equal from run to run with a key", func(t *testing.T) {
		key := inFolder(t, map[string]string{"key": strings.Repeat("k", 32), "short": "k"})
		_, first, _ := execute(t, "drift", "--terraform-plan", plan, "--redaction-key", filepath.Join(key, "key"))
		assert.Regexp(t, `declared "\[hidden [0-9a-f]{16}\]"`, first)
		_, second, _ := execute(t, "drift", "--terraform-plan", plan, "--redaction-key", filepath.Join(key, "key"))
		assert.Equal(t, first, second)
		code, _, stderr := execute(t, "drift", "--terraform-plan", plan, "--redaction-key", filepath.Join(key, "short"))
		assert.Equal(t, 1, code)
		assert.Contains(t, stderr, "has 1 bytes; give at least 32")
	})
}

func TestDriftOfACluster(t *testing.T) {
	folder := inFolder(t, map[string]string{
		"manifests/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.27
        ports: [{containerPort: 8080}]
        env: [{name: A, value: "1"}, {name: DB_PASSWORD, value: hunter2hunter2}]
        resources: {limits: {cpu: 1000m, memory: 1024Mi}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: LoadBalancer
  loadBalancerSourceRanges: [198.51.100.0/24]
  ports: [{port: 443}]
---
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: s3cr3t-value}
`,
		"live.json": `{"apiVersion":"v1","kind":"List","items":[
{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default","uid":"u","annotations":{"deployment.kubernetes.io/revision":"3"},
 "managedFields":[{"manager":"kube-controller-manager","subresource":"scale","fieldsV1":{"f:spec":{"f:replicas":{}}}},
  {"manager":"kubectl-edit","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:nodeSelector":{"f:disk":{}}}}}}}]},
 "spec":{"replicas":7,"revisionHistoryLimit":10,"strategy":{"type":"RollingUpdate"},"template":{"metadata":{"creationTimestamp":null},
  "spec":{"nodeSelector":{"disk":"ssd"},"hostNetwork":true,"restartPolicy":"Always","containers":[{"name":"web","image":"nginx:1.27","imagePullPolicy":"IfNotPresent",
   "ports":[{"containerPort":8080,"protocol":"TCP"}],"env":[{"name":"DB_PASSWORD","value":"hunter3hunter3"},{"name":"A","value":"1"}],"resources":{"limits":{"cpu":"1","memory":"1Gi"}}}]}}},"status":{}},
{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"default"},"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1","loadBalancerSourceRanges":["0.0.0.0/0"],"ports":[{"port":443,"protocol":"TCP","nodePort":30001}]}},
{"apiVersion":"v1","kind":"Service","metadata":{"name":"kubernetes","namespace":"default"},"spec":{}},
{"apiVersion":"v1","kind":"Secret","metadata":{"name":"db","namespace":"default"},"type":"Opaque","data":{"password":"czNjcjN0LXZhbHVl"}}]}`,
	})
	code, stdout, stderr := execute(t, "drift", "--kubernetes-desired", filepath.Join(folder, "manifests"), "--kubernetes-live", filepath.Join(folder, "live.json"))
	assert.Equal(t, 2, code)
	assert.Empty(t, stderr)
	assert.Equal(t, `Deployment.apps_web
  ~ security   spec.template.spec.containers[0].env[1].value (value changed)
        declared "[hidden #1]"
        live     "[hidden #2]"
  + security   spec.template.spec.hostNetwork (key added)
        live     true
  + functional spec.template.spec.nodeSelector.disk (key added)
        live     "ssd"
  3 differences: 2 security, 1 functional
Service_web
  ~ critical   spec.loadBalancerSourceRanges[0] (value changed)
        declared "198.51.100.0/24"
        live     "0.0.0.0/0"
  1 difference: 1 critical
2 of 3 resources differ
`, stdout)
}

func TestDriftRefusesMixedInputs(t *testing.T) {
	folder := inFolder(t, map[string]string{
		"a.yaml": "apiVersion: v1\nkind: A\nmetadata: {name: a}\n", "none.yaml": "# nothing yet\n", "empty.json": "",
		"plan.json": `{"format_version":"1.2","resource_drift":{}}`, "later.json": `{"format_version":"2.0","planned_values":{}}`,
	})
	for name, testCase := range map[string]struct{ arguments, want string }{
		"nothing":             {"", "there is nothing to compare"},
		"two sources":         {"--pairs a --terraform-plan b", "are different comparisons; give one"},
		"one side of a pair":  {"--desired a", "--actual is missing"},
		"the other side":      {"--kubernetes-live a", "--kubernetes-desired is missing"},
		"manifests of stdin":  {"--kubernetes-desired - --kubernetes-live a", "is a file or a folder"},
		"a plan not there":    {"--terraform-plan /nowhere/plan.json", "/nowhere/plan.json cannot be read"},
		"manifests not there": {"--kubernetes-desired /nowhere/m --kubernetes-live -", "/nowhere/m cannot be read"},
		"standard input":      {"--terraform-plan -", "standard input is empty"},
		"a later format":      {"--terraform-plan @later.json", `has format_version "2.0"; this program reads version 1`},
		"drift that is none":  {"--terraform-plan @plan.json", "resource_drift is an object; it must be a list"},
		"an empty cluster":    {"--kubernetes-desired @a.yaml --kubernetes-live @empty.json", "empty.json is empty; give the output of kubectl get -o json"},
		"empty manifests":     {"--kubernetes-desired @none.yaml --kubernetes-live @a.yaml", "none.yaml declares no object"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := execute(t, append([]string{"drift"}, strings.Fields(strings.ReplaceAll(testCase.arguments, "@", folder+"/"))...)...)
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, testCase.want)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}
