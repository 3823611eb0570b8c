package opencost_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/opencost"
)

var update = flag.Bool("update", false, "write the golden files anew")

// other stands for the CSV format: it yields the first line of a file as a tenant's id.
var other = intake.Format{Kind: intake.KindUsage, TakesPeriod: true, Read: func(files intake.Files, _ intake.FormatOptions) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		for file, err := range files {
			var text bytes.Buffer
			if err == nil {
				_, err = text.ReadFrom(file.Content)
			}
			line, _, _ := strings.Cut(text.String(), "\n")
			if !yield(intake.UsageRow(&charge.Usage{TenantID: line}, period.Period{}), err) {
				return
			}
		}
	}
}}

// answer wraps allocations of one step into an answer.
func answer(allocations string) string { return `{"code":200,"data":[{` + allocations + `}]}` }

// running is an allocation of a namespace over a day.
func running(name, rest string) string {
	return fmt.Sprintf(`%[1]q:{"name":%[1]q,"properties":{"namespace":%[1]q},"start":"2026-09-01T00:00:00Z","end":"2026-09-02T00:00:00Z",%[2]s}`, name, rest)
}

// known are options with two tenants.
func known() intake.FormatOptions {
	return intake.FormatOptions{Cluster: intake.ClusterOptions{Tenants: map[string]bool{"acme": true, "beta": true}}}
}

// read returns the rows of files and what was left out, as JSON.
func read(options intake.FormatOptions, texts ...string) (rows []string, err error) {
	files := func(yield func(intake.File, error) bool) {
		for i, text := range texts {
			if !yield(intake.File{Name: fmt.Sprintf("%d.json", i+1), Content: strings.NewReader(text)}, nil) {
				return
			}
		}
	}
	var left []intake.Aside
	options.Aside = func(aside intake.Aside) { left = append(left, aside) }
	for row, err := range opencost.Or(other).Read(files, options) {
		if err != nil {
			return rows, err
		}
		text, _ := json.Marshal(struct {
			Period string
			Record any
		}{row.Period.String(), row.Record})
		rows = append(rows, string(text))
	}
	for _, aside := range left {
		text, _ := json.Marshal(aside)
		rows = append(rows, string(text))
	}
	return rows, nil
}

func TestReadGolden(t *testing.T) {
	text, err := os.ReadFile("testdata/allocation.json")
	require.NoError(t, err)
	rows, err := read(known(), string(text))
	require.NoError(t, err)
	got := strings.Join(rows, "\n") + "\n"
	const golden = "testdata/allocation.rows"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestOwner(t *testing.T) {
	labelled := `"properties":{"namespace":"prod","labels":{"team":"beta"},"namespaceLabels":{"example_com_owner":"acme"}},"cpuCoreHours":1`
	for name, test := range map[string]struct {
		change     func(*intake.ClusterOptions)
		allocation string
		want       string
	}{
		"a namespace of the same name":             {nil, running("acme", `"cpuCoreHours":1`), `"tenant_id":"acme"`},
		"a namespace of nobody":                    {nil, running("prod", `"cpuCoreHours":1`), `"tenant prod is not known"`},
		"a label":                                  {func(o *intake.ClusterOptions) { o.TenantLabel = "team" }, running("prod", labelled), `"tenant_id":"beta"`},
		"a label as Prometheus spells it":          {func(o *intake.ClusterOptions) { o.TenantLabel = "example.com/owner" }, running("prod", labelled), `"tenant_id":"acme"`},
		"a label that is not there":                {func(o *intake.ClusterOptions) { o.TenantLabel = "owner" }, running("acme", `"cpuCoreHours":1`), `"has no label owner"`},
		"a name that is mapped":                    {func(o *intake.ClusterOptions) { o.TenantNames = map[string]string{"prod": "beta"} }, running("prod", `"cpuCoreHours":1`), `"tenant_id":"beta"`},
		"a name that is not mapped while some are": {func(o *intake.ClusterOptions) { o.TenantNames = map[string]string{"prod": "beta"} }, running("acme", `"cpuCoreHours":1`), `"is mapped to no tenant"`},
		"idle capacity":                            {nil, running("__idle__", `"cpuCoreHours":1`), `"idle capacity of the cluster"`},
		"volumes that nobody mounted":              {nil, running("__unmounted__", `"pvByteHours":1`), `"of no namespace"`},
	} {
		t.Run(name, func(t *testing.T) {
			options := known()
			if test.change != nil {
				test.change(&options.Cluster)
			}
			rows, err := read(options, answer(test.allocation))
			require.NoError(t, err)
			require.Len(t, rows, 1)
			assert.Contains(t, rows[0], test.want)
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, message string }{
		"an answer of failure":        {`{"code":400,"message":"no such window"}`, "1.json is an answer with code 400: no such window"},
		"an object of something else": {`{"kind":"List"}`, "1.json is no OpenCost allocation export: it has no data"},
		"sets that are no objects":    {`{"data":[5]}`, "data[0] is no object"},
		"a file that is cut off":      {`{"data":[{"acme":{"name":"ac`, "1.json is no valid JSON of an OpenCost answer near byte"},
		"text behind the answer":      {answer(running("acme", `"cpuCoreHours":1`)) + "{}", "goes on after its object ended"},
		"an allocation without usage": {answer(running("acme", `"totalCost":1`)), `1.json, data[0]["acme"]: none of cpuCoreHours`},
		"a number beyond all limits":  {answer(running("acme", `"cpuCoreHours":1e999999`)), `data[0]["acme"]: cpuCoreHours: number "1e999999" has an exponent beyond`},
		"a number that is none":       {answer(running("acme", `"cpuCoreHours":"NaN"`)), "1.json is no valid JSON of an OpenCost answer"},
		"no time at all":              {answer(`"acme":{"cpuCoreHours":1}`), `start is "", which is no time`},
		"an end before the start":     {answer(`"acme":{"cpuCoreHours":1,"start":"2026-09-02T00:00:00Z","end":"2026-09-01T00:00:00Z"}`), "its end lies before its start"},
		"a window over a month's end": {answer(`"acme":{"cpuCoreHours":1,"window":{"start":"2026-09-30T00:00:00Z","end":"2026-10-02T00:00:00Z"}}`), "over the end of 2026-09; export windows that lie within a month, such as step=1d"},
		"the same allocation twice":   {answer(running("acme", `"cpuCoreHours":1`) + "," + running("acme", `"cpuCoreHours":1`)), "was given before"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(known(), test.text)
			require.ErrorContains(t, err, test.message)
			require.True(t, fault.Is(err, fault.InvalidInput))
		})
	}
	t.Run("the same allocation in two files", func(t *testing.T) {
		text := answer(running("acme", `"cpuCoreHours":1`))
		_, err := read(known(), text, text)
		require.ErrorContains(t, err, `2.json, data[0]["acme"]: the same allocation was given before`)
	})
	t.Run("another month than the import's", func(t *testing.T) {
		options := known()
		options.Period = period.New(2026, 10)
		_, err := read(options, answer(running("acme", `"cpuCoreHours":1`)))
		require.ErrorContains(t, err, "outside 2026-10, the period of the import")
	})
	t.Run("names of tenants that nobody knows", func(t *testing.T) {
		options := known()
		options.Cluster.TenantNames = map[string]string{"prod": "acmee"}
		_, err := read(options, answer(""))
		require.ErrorContains(t, err, `namespace "prod" is mapped to tenant "acmee", who is not known`)
	})
	t.Run("an import before any tenant is there", func(t *testing.T) {
		_, err := read(intake.FormatOptions{}, answer(running("acme", `"cpuCoreHours":1`)))
		require.ErrorContains(t, err, "import tenants first")
	})
	t.Run("memory that would count as another unit", func(t *testing.T) {
		options := known()
		options.Cluster.MemoryAs = "compute"
		_, err := read(options, answer(""))
		require.ErrorContains(t, err, "memory cannot count as compute")
	})
}

func TestRecognition(t *testing.T) {
	export := answer(running("acme", `"cpuCoreHours":1`))
	t.Run("leaves what is no object to the other format", func(t *testing.T) {
		rows, err := read(known(), "tenant\n", "\n  "+export)
		require.NoError(t, err)
		require.Len(t, rows, 2)
		assert.Contains(t, rows[0], `"tenant_id":"tenant"`)
		assert.Contains(t, rows[1], `"quantity":"1"`)
	})
	t.Run("reads gzip of either as it is", func(t *testing.T) {
		for text, want := range map[string]string{export: `"tenant_id":"acme"`, "tenant\n": `"tenant_id":"tenant"`} {
			var zipped bytes.Buffer
			writer := gzip.NewWriter(&zipped)
			_, err := writer.Write([]byte(text))
			require.NoError(t, err)
			require.NoError(t, writer.Close())
			rows, err := read(known(), zipped.String())
			require.NoError(t, err)
			assert.Contains(t, rows[0], want)
		}
	})
	t.Run("takes a file for what it is said to be", func(t *testing.T) {
		options := known()
		options.Layout = opencost.Layout
		_, err := read(options, "tenant\n")
		require.ErrorContains(t, err, "no valid JSON")
		options.Layout = "csv"
		rows, err := read(options, export)
		require.NoError(t, err)
		assert.Contains(t, rows[0], "cpuCoreHours", "the other format got the file")
	})
}

// FuzzRead holds that no answer, however broken, ends in anything but rows or a named file.
func FuzzRead(f *testing.F) {
	text, err := os.ReadFile("testdata/allocation.json")
	require.NoError(f, err)
	f.Add(string(text))
	f.Add(answer(running("acme", `"cpuCoreHours":1e-7`)))
	f.Add(`{"data":[null,{"a":null}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		options := known()
		options.Layout = opencost.Layout
		rows, err := read(options, text)
		if err != nil {
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			return
		}
		again, err := read(options, text)
		require.NoError(t, err)
		require.Equal(t, rows, again)
	})
}
