package seriesfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

func read(t *testing.T, text string) ([]forecast.Series, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	var list []forecast.Series
	err := Read(path, nil, func(s forecast.Series) error {
		list = append(list, s)
		return nil
	})
	if err != nil {
		err = errors.New(strings.ReplaceAll(err.Error(), path, "s.csv"))
	}
	return list, err
}

func TestRead(t *testing.T) {
	hour := func(h int) time.Time { return time.Date(2026, 9, 1, h, 0, 0, 0, time.UTC) }

	t.Run("rows in any order become series in the order of their first rows, each by time", func(t *testing.T) {
		list, err := read(t, "series_id,timestamp,value\nb,2026-09-01T01:00:00Z,2\na,2026-09-01T00:00:00Z,5\nb,2026-09-01T00:00:00Z,1\n")
		require.NoError(t, err)
		require.Len(t, list, 2)
		assert.Equal(t, "b", list[0].ID)
		assert.Equal(t, []forecast.UsageDataPoint{{Timestamp: hour(0), Value: 1}, {Timestamp: hour(1), Value: 2}}, list[0].Points)
		assert.Equal(t, "a", list[1].ID)
	})
	t.Run("columns may stand in any order beside others", func(t *testing.T) {
		list, err := read(t, "unit,value,series_id,timestamp\nGB,2.5,a,2026-09-01T00:00:00Z\n")
		require.NoError(t, err)
		assert.InDelta(t, 2.5, list[0].Points[0].Value, 0)
	})
	t.Run("an empty value is a gap", func(t *testing.T) {
		list, err := read(t, "series_id,timestamp,value\na,2026-09-01T00:00:00Z,\n")
		require.NoError(t, err)
		assert.True(t, math.IsNaN(list[0].Points[0].Value))
	})
	t.Run("times may be Unix seconds or have an offset", func(t *testing.T) {
		list, err := read(t, "series_id,timestamp,value\na,1788220800,1\na,2026-09-01T03:00:00+02:00,2\na,1788228000.5,3\n")
		require.NoError(t, err)
		assert.Equal(t, hour(0), list[0].Points[0].Timestamp)
		assert.Equal(t, hour(1), list[0].Points[1].Timestamp)
		assert.Equal(t, hour(2).Add(time.Second/2), list[0].Points[2].Timestamp)
	})
	t.Run("a file of a header alone holds no series", func(t *testing.T) {
		list, err := read(t, "series_id,timestamp,value\n")
		require.NoError(t, err)
		assert.Empty(t, list)
	})

	for name, test := range map[string]struct{ rows, want string }{
		"a value that is no number": {"a,2026-09-01T00:00:00Z,1\na,2026-09-01T01:00:00Z,many\n", `s.csv line 3, column value, value "many": this is no finite number; leave it empty for a gap`},
		"a value that is infinite":  {"a,2026-09-01T00:00:00Z,Inf\n", `s.csv line 2, column value, value "Inf": this is no finite number`},
		"a time that is none":       {"a,yesterday,1\n", `s.csv line 2, column timestamp, value "yesterday": this is no time`},
		"a time in milliseconds":    {"a,1788220800000,1\n", `s.csv line 2, column timestamp, value "1788220800000": this is no time`},
		"a year out of all bounds":  {"a,0001-01-01T00:00:00Z,1\n", `s.csv line 2, column timestamp, value "0001-01-01T00:00:00Z": the year 1 is not between 1900 and 2200`},
		"a row without an id":       {",2026-09-01T00:00:00Z,1\n", `s.csv line 2, column series_id, value "": a row needs the id of its series`},
		"a time that is there twice": {
			"a,2026-09-01T00:00:00Z,1\na,2026-09-01T01:00:00Z,1\na,2026-09-01T00:00:00Z,2\n",
			`s.csv line 4, column timestamp, value "2026-09-01T00:00:00Z": series "a" already has this time in line 2`,
		},
		"a row of too few fields": {"a,2026-09-01T00:00:00Z\n", "s.csv line 2 has 2 fields; its header has 3"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			_, err := read(t, "series_id,timestamp,value\n"+test.rows)
			require.ErrorContains(t, err, test.want)
		})
	}
	t.Run("refuses a file without a column", func(t *testing.T) {
		_, err := read(t, "series,timestamp,value\n")
		require.ErrorContains(t, err, `s.csv has no column "series_id"; its header is "series,timestamp,value"`)
	})
	t.Run("refuses a file that is not there", func(t *testing.T) {
		err := Read(filepath.Join(t.TempDir(), "none.csv"), nil, nil)
		require.ErrorContains(t, err, "none.csv cannot be opened: no such file")
	})
	t.Run("returns the error of what uses the series", func(t *testing.T) {
		stop := errors.New("enough")
		err := Read("-", strings.NewReader("series_id,timestamp,value\na,0,1\n"), func(forecast.Series) error { return stop })
		require.ErrorIs(t, err, stop)
	})
}

func TestReadStreams(t *testing.T) {
	text := "series_id,timestamp,value\na,0,1\na,3600,2\nb,0,3\n"

	t.Run("standard input", func(t *testing.T) {
		var ids []string
		require.NoError(t, Read("-", strings.NewReader(text), func(s forecast.Series) error {
			ids = append(ids, s.ID)
			return nil
		}))
		assert.Equal(t, []string{"a", "b"}, ids)
	})
	t.Run("standard input in errors", func(t *testing.T) {
		err := Read("-", strings.NewReader("series_id,timestamp,value\na,0,x\n"), nil)
		require.ErrorContains(t, err, "standard input line 2, column value")
	})
	t.Run("gzip, whatever the name", func(t *testing.T) {
		var zipped bytes.Buffer
		writer := gzip.NewWriter(&zipped)
		_, err := writer.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, writer.Close())
		path := filepath.Join(t.TempDir(), "s.bin")
		require.NoError(t, os.WriteFile(path, zipped.Bytes(), 0o600))
		count := 0
		require.NoError(t, Read(path, nil, func(forecast.Series) error { count++; return nil }))
		assert.Equal(t, 2, count)
	})
	t.Run("a series is handed on before the next is read", func(t *testing.T) {
		// The bad row of b does not keep a from being handed on.
		var ids []string
		err := Read("-", strings.NewReader("series_id,timestamp,value\na,0,1\nb,0,x\n"), func(s forecast.Series) error {
			ids = append(ids, s.ID)
			return nil
		})
		require.Error(t, err)
		assert.Equal(t, []string{"a"}, ids)
	})
}

func FuzzRead(f *testing.F) {
	f.Add("series_id,timestamp,value\na,2026-09-01T00:00:00Z,1\nb,0,\n")
	f.Add("series_id,timestamp,value\n\"a,b\",1e9,-0.5\n\"a,b\",1e9,2\n")
	f.Add("timestamp,series_id,value\n2026-09-01T00:00:00+14:00,é,1e308\n")
	f.Fuzz(func(t *testing.T, text string) {
		seen := map[string]bool{}
		err := Read("-", strings.NewReader(text), func(s forecast.Series) error {
			if s.ID == "" || seen[s.ID] || len(s.Points) == 0 {
				t.Fatalf("series %q is empty, nameless or there twice", s.ID)
			}
			seen[s.ID] = true
			for i := 1; i < len(s.Points); i++ {
				if !s.Points[i].Timestamp.After(s.Points[i-1].Timestamp) {
					t.Fatalf("series %q does not rise at point %d", s.ID, i)
				}
			}
			return nil
		})
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Fatalf("the error has several lines: %q", err)
		}
	})
}

func TestWriter(t *testing.T) {
	write := func(t *testing.T, id string, levels []float64, quantiles ...float64) string {
		var out bytes.Buffer
		w, err := NewWriter(&out, levels)
		require.NoError(t, err)
		at := time.Date(2026, 9, 1, 2, 0, 0, 0, time.FixedZone("", 7200))
		require.NoError(t, w.Write(id, []forecast.Prediction{{Timestamp: at, Quantiles: quantiles}}))
		return out.String()
	}
	for name, test := range map[string]struct {
		id        string
		levels    []float64
		quantiles []float64
		want      string
	}{
		"names columns by level, times in UTC": {"a", []float64{0.1, 0.5, 0.9}, []float64{1, 2, 3}, "series_id,timestamp,p10,p50,p90\na,2026-09-01T00:00:00Z,1,2,3\n"},
		"names levels between percents":        {"a", []float64{0.025, 0.975}, []float64{1, 2}, "series_id,timestamp,p2.5,p97.5\na,2026-09-01T00:00:00Z,1,2\n"},
		"names levels that floats miss":        {"a", []float64{0.07, 0.29, 0.57}, []float64{1, 2, 3}, "series_id,timestamp,p7,p29,p57\na,2026-09-01T00:00:00Z,1,2,3\n"},
		"quotes ids":                           {`a,"b"`, []float64{0.5}, []float64{1}, "series_id,timestamp,p50\n\"a,\"\"b\"\"\",2026-09-01T00:00:00Z,1\n"},
		"writes ten digits, no exponent":       {"a", []float64{0.1, 0.5, 0.9}, []float64{math.Copysign(0, -1), 1.0 / 3e8, 2e12 / 3}, "series_id,timestamp,p10,p50,p90\na,2026-09-01T00:00:00Z,0,0.000000003333333333,666666666700\n"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, write(t, test.id, test.levels, test.quantiles...))
		})
	}
}
