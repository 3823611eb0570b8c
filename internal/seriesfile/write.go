package seriesfile

import (
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Writer writes forecasts as CSV: series_id,timestamp and a column per level, named p and a hundred
// times the level.
type Writer struct {
	to   io.Writer
	line []byte
}

// NewWriter writes the header.
func NewWriter(to io.Writer, levels []float64) (*Writer, error) {
	columns := []string{"series_id", "timestamp"}
	for _, level := range levels {
		columns = append(columns, LevelName(level))
	}
	_, err := io.WriteString(to, strings.Join(columns, ",")+"\n")
	return &Writer{to: to}, err
}

// LevelName names the quantile of a level: p10 for 0.1, p97.5 for 0.975.
func LevelName(level float64) string {
	return "p" + strconv.FormatFloat(math.Round(level*1e12)/1e10, 'f', -1, 64)
}

// Write writes one series' forecast.
func (w *Writer) Write(id string, predictions []forecast.Prediction) error {
	id = quoted(id)
	for _, p := range predictions {
		w.line = append(w.line[:0], id...)
		w.line = append(w.line, ',')
		w.line = p.Timestamp.UTC().AppendFormat(w.line, time.RFC3339)
		for _, q := range p.Quantiles {
			w.line = append(w.line, ',')
			w.line = appendNumber(w.line, q)
		}
		w.line = append(w.line, '\n')
		if _, err := w.to.Write(w.line); err != nil {
			return err
		}
	}
	return nil
}

// appendNumber writes ten significant digits, more than any measurement has, without an exponent: the
// last bits of a float differ between processors.
func appendNumber(to []byte, value float64) []byte {
	short := strconv.AppendFloat(nil, value, 'g', 10, 64)
	value, _ = strconv.ParseFloat(string(short), 64)
	if value == 0 {
		value = 0 // not −0
	}
	return strconv.AppendFloat(to, value, 'f', -1, 64)
}

// quoted returns an id as a CSV field.
func quoted(id string) string {
	if !strings.ContainsAny(id, ",\"\r\n") {
		return id
	}
	return `"` + strings.ReplaceAll(id, `"`, `""`) + `"`
}
