package metricsfile

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// document is the file as it is written.
type document struct {
	Version int     `yaml:"version"`
	Metrics []entry `yaml:"metrics"`
}

type entry struct {
	Preset        string   `yaml:"preset"`
	Tenant        any      `yaml:"tenant"`
	Metric        string   `yaml:"metric"`
	Query         string   `yaml:"query"`
	CapacityQuery string   `yaml:"capacity_query"`
	Capacity      *float64 `yaml:"capacity"`
	Unit          string   `yaml:"unit"`
	Aggregation   string   `yaml:"aggregation"`
	LeadTime      string   `yaml:"lead_time"`
	ResourceType  string   `yaml:"resource_type"`

	Planned []plannedEntry `yaml:"planned"`
}

// mostBytes bounds the file: a few aliases in a larger one could stand for gigabytes.
const mostBytes = 1 << 20

// ReadFile reads a file. What breaks its rules is InvalidInput with the field "file:line".
func ReadFile(path string) ([]Metric, error) {
	text, err := os.ReadFile(path) // the user names the file
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the metrics file cannot be read")
	}
	return Parse(path, text)
}

// Parse reads the text of a file that is called name.
func Parse(name string, text []byte) ([]Metric, error) {
	f := &file{name: name}
	if len(text) > mostBytes {
		return nil, f.errorf(1, "the file has %d bytes; it may have %d", len(text), mostBytes)
	}
	var err error
	if f.tree, err = parser.ParseBytes(text, 0); err != nil {
		return nil, f.yamlError(err)
	}
	if line, is := indirect(f.tree); is {
		return nil, f.errorf(line, "anchors, aliases and tags are not used here; write the value out")
	}
	var d document
	if err := yaml.UnmarshalWithOptions(text, &d, yaml.Strict()); err != nil {
		return nil, f.yamlError(err)
	}
	if d.Version != 1 {
		return nil, f.errorf(f.line("$.version"), "version is %d; this program reads version: 1", d.Version)
	}
	if len(d.Metrics) == 0 {
		return nil, f.errorf(f.line("$.metrics"), "metrics lists nothing; add an entry with tenant, metric and query, or with preset")
	}
	metrics := make([]Metric, len(d.Metrics))
	for i, e := range d.Metrics {
		path := fmt.Sprintf("$.metrics[%d]", i)
		if metrics[i], err = f.metric(e, path); err != nil {
			return nil, err
		}
		twice := func(m Metric) bool {
			return m.Tenant != "" && m.Tenant == metrics[i].Tenant && m.Metric == metrics[i].Metric
		}
		if slices.ContainsFunc(metrics[:i], twice) {
			return nil, f.errorf(f.line(path+".metric"), "%s of tenant %q is measured by an entry above; keep one", metrics[i].Metric, metrics[i].Tenant)
		}
	}
	return metrics, nil
}

// file is a parsed file, for errors.
type file struct {
	name string
	tree *ast.File
}

func (f *file) errorf(line int, format string, arguments ...any) error {
	message := fmt.Sprintf("%s, line %d: %s", f.name, line, fmt.Sprintf(format, arguments...))
	return &fault.Error{
		Code: fault.InvalidInput, Message: message,
		Fields: []fault.Field{{Pointer: fmt.Sprintf("%s:%d", f.name, line), Message: message}},
	}
}

var (
	position = regexp.MustCompile(`^\[(\d+):\d+\] `)
	// mistyped is how the library words a value of another type than its field.
	mistyped = regexp.MustCompile(`^cannot unmarshal (.+) into Go struct field \S+ of type (\S+)$`)
)

// typeNames are those of YAML for what the library calls by Go's names.
var typeNames = map[string]string{
	"float64": "number", "int": "number", "uint64": "number", "[]interface {}": "list", "map[string]interface {}": "mapping",
}

// yamlError takes the line out of the library's message and leaves its drawing behind.
func (f *file) yamlError(err error) error {
	message, _, _ := strings.Cut(err.Error(), "\n")
	line := 1
	if found := position.FindStringSubmatch(message); found != nil {
		line, _ = strconv.Atoi(found[1])
		message = message[len(found[0]):]
	}
	if found := mistyped.FindStringSubmatch(message); found != nil {
		message = fmt.Sprintf("a %s stands where a %s is expected", cmp.Or(typeNames[found[1]], found[1]), cmp.Or(typeNames[found[2]], found[2]))
	}
	return f.errorf(line, "%s", message)
}

// line returns where a path is written, or where the nearest thing around it is.
func (f *file) line(path string) int {
	for path != "$" {
		if p, err := yaml.PathString(path); err == nil {
			if node, err := p.FilterFile(f.tree); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		path = path[:strings.LastIndexAny(path, ".[")]
	}
	return 1
}

// indirect returns the line of the first anchor, alias or tag.
func indirect(tree *ast.File) (line int, is bool) {
	for _, d := range tree.Docs {
		if d.Body == nil {
			continue
		}
		for _, kind := range []ast.NodeType{ast.AnchorType, ast.AliasType, ast.TagType} {
			if found := ast.Filter(kind, d.Body); len(found) > 0 {
				return found[0].GetToken().Position.Line, true
			}
		}
	}
	return 0, false
}

// metric checks an entry at a path and fills in what it leaves out.
func (f *file) metric(e entry, path string) (Metric, error) {
	at := func(field string) int { return f.line(path + "." + field) }
	m, known := presets[e.Preset]
	if e.Preset != "" && !known {
		return m, f.errorf(at("preset"), "there is no preset %q; use kubernetes_cpu, kubernetes_memory or kubernetes_volumes", e.Preset)
	}
	if err := f.tenant(&m, e.Tenant, at("tenant")); err != nil {
		return m, err
	}
	for _, given := range []struct {
		from string
		to   *string
	}{
		{e.Query, &m.Query},
		{e.CapacityQuery, &m.CapacityQuery},
		{e.Unit, &m.Unit},
		{e.Aggregation, &m.Aggregation},
		{e.ResourceType, &m.ResourceType},
	} {
		if given.from != "" {
			*given.to = given.from
		}
	}
	if e.Metric != "" {
		m.Metric = forecast.ResourceMetric(e.Metric)
	}
	if e.Capacity != nil {
		m.Capacity, m.CapacityQuery = e.Capacity, e.CapacityQuery
	} else if e.CapacityQuery != "" {
		m.Capacity = nil
	}
	if m.Aggregation == "" {
		m.Aggregation = defaultAggregation(m.Metric)
	}
	switch {
	case !slices.Contains(forecast.ResourceMetrics(), m.Metric):
		return m, f.errorf(at("metric"), "metric is %q; it must be one of %s", m.Metric, metricNames())
	case strings.TrimSpace(m.Query) == "":
		return m, f.errorf(at("query"), "query is missing; write it in PromQL, or name a preset")
	case m.Capacity != nil && m.CapacityQuery != "":
		return m, f.errorf(at("capacity"), "capacity and capacity_query are both given; keep one")
	case m.Capacity != nil && (!(*m.Capacity > 0) || math.IsInf(*m.Capacity, 1)):
		return m, f.errorf(at("capacity"), "capacity is %v; it must be a number above 0", *m.Capacity)
	case len(e.Planned) > 0 && m.Capacity == nil && m.CapacityQuery == "":
		return m, f.errorf(at("planned"), "planned comes on top of capacity or capacity_query; give one of them")
	case !slices.Contains([]string{"mean", "p95", "max"}, m.Aggregation):
		return m, f.errorf(at("aggregation"), "aggregation is %q; it must be mean, p95 or max", m.Aggregation)
	}
	lead, err := leadTime(e.LeadTime)
	if err != nil {
		return m, f.errorf(at("lead_time"), "lead_time is %q; write it as 21d, 3w or 36h", e.LeadTime)
	}
	m.LeadTime = lead
	m.Planned, err = f.planned(e.Planned, path+".planned")
	return m, err
}

// tenant reads a name, or {label: name of a label}.
func (f *file) tenant(m *Metric, value any, line int) error {
	switch v := value.(type) {
	case nil:
		if m.TenantLabel == "" {
			return f.errorf(line, "tenant is missing; write its name, or {label: the label that holds it}")
		}
		return nil
	case string:
		if v != "" {
			m.Tenant, m.TenantLabel = v, ""
			return nil
		}
	case map[string]any:
		if label, is := v["label"].(string); is && len(v) == 1 && label != "" {
			m.Tenant, m.TenantLabel = "", label
			return nil
		}
	}
	return f.errorf(line, "tenant is neither a name nor {label: the label that holds it}")
}

func metricNames() string {
	names := make([]string, 0, 6)
	for _, metric := range forecast.ResourceMetrics() {
		names = append(names, string(metric))
	}
	return strings.Join(names, ", ")
}

// leadTime reads days, weeks, or what Go writes; nothing is no time.
func leadTime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	const day = 24 * time.Hour
	for unit, length := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if count, found := strings.CutSuffix(text, unit); found {
			n, err := strconv.ParseUint(count, 10, 12)
			return time.Duration(n) * length, err // at most 4095
		}
	}
	span, err := time.ParseDuration(text)
	if err == nil && span < 0 {
		err = strconv.ErrRange
	}
	return span, err
}
