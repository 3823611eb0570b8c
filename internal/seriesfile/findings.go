package seriesfile

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// SeasonalityWriter writes what was found of seasons as CSV: series_id,seasonality,confidence,period.
type SeasonalityWriter struct{ to *csv.Writer }

// NewSeasonalityWriter writes the header.
func NewSeasonalityWriter(to io.Writer) (*SeasonalityWriter, error) {
	w := &SeasonalityWriter{csv.NewWriter(to)}
	return w, write(w.to, "series_id", "seasonality", "confidence", "period")
}

// Write writes the row of one series.
func (w *SeasonalityWriter) Write(id string, found forecast.Seasonality) error {
	return write(w.to, id, string(found.Type), confidence(found.Confidence), strconv.Itoa(found.Period))
}

// RegimeWriter writes changes of regime as CSV: series_id,timestamp,index,magnitude,confidence, and the
// kind of each.
type RegimeWriter struct{ to *csv.Writer }

// NewRegimeWriter writes the header.
func NewRegimeWriter(to io.Writer) (*RegimeWriter, error) {
	w := &RegimeWriter{csv.NewWriter(to)}
	return w, write(w.to, "series_id", "timestamp", "index", "magnitude", "confidence", "kind")
}

// Write writes the rows of one series.
func (w *RegimeWriter) Write(id string, events []forecast.RegimeChangeEvent) error {
	for _, e := range events {
		err := write(w.to, id, e.Timestamp.UTC().Format(time.RFC3339), strconv.Itoa(e.Index),
			string(appendNumber(nil, e.Magnitude)), confidence(e.Confidence), string(e.Kind))
		if err != nil {
			return err
		}
	}
	return nil
}

// write writes a row through to what lies beneath, which is buffered already.
func write(to *csv.Writer, fields ...string) error {
	if err := to.Write(fields); err != nil {
		return err
	}
	to.Flush()
	return to.Error()
}

// confidence writes six digits: nobody can tell more, and processors differ beyond.
func confidence(value float64) string {
	return strconv.FormatFloat(math.Round(value*1e6)/1e6, 'f', -1, 64)
}
