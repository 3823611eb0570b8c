package seriesfile

import (
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// history is a series on its way in, with the line of each point.
type history struct {
	points []forecast.UsageDataPoint
	lines  []int
}

// collect reads the rows of a file whose census was taken and hands on every series once it and all
// before it are whole.
func collect(file *csvfile.Reader, rows *census, use func(forecast.Series) error) error {
	columns, err := file.Require("series_id", "timestamp", "value")
	if err != nil {
		return err
	}
	open := map[int]*history{}
	next, last := 0, -1
	var row csvfile.Row
	for {
		if err := file.Read(&row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if last, err = rows.place(&row, columns[0], last); err != nil {
			return err
		}
		if last >= len(rows.rows) {
			return fault.Invalid(file.Name(), "%s changed while it was being read; run the command again", file.Name())
		}
		h := open[last]
		if h == nil {
			h = &history{
				points: make([]forecast.UsageDataPoint, 0, rows.rows[last]),
				lines:  make([]int, 0, rows.rows[last]),
			}
			open[last] = h
		}
		if err := h.add(&row, columns[1], columns[2]); err != nil {
			return err
		}
		for next < len(rows.ids) && open[next] != nil && len(open[next].points) >= rows.rows[next] {
			points, err := open[next].sorted(file.Name(), rows.ids[next])
			if err != nil {
				return err
			}
			if err := use(forecast.Series{ID: rows.ids[next], Points: points}); err != nil {
				return err
			}
			delete(open, next)
			next++
		}
	}
}

// add parses a row.
func (h *history) add(row *csvfile.Row, timestamp, value int) error {
	stamp, err := instant(row, timestamp)
	if err != nil {
		return err
	}
	point := forecast.UsageDataPoint{Timestamp: stamp, Value: math.NaN()}
	if text := row.Field(value); len(text) > 0 {
		point.Value, err = strconv.ParseFloat(string(text), 64)
		if err != nil || math.IsNaN(point.Value) || math.IsInf(point.Value, 0) {
			return row.Errorf(value, "this is no finite number; leave it empty for a gap")
		}
	}
	h.points = append(h.points, point)
	h.lines = append(h.lines, row.Line)
	return nil
}

// Years that a timestamp may lie in; a stamp in milliseconds would be far beyond.
const (
	firstYear = 1900
	lastYear  = 2200
)

// instant reads RFC 3339 or Unix seconds.
func instant(row *csvfile.Row, column int) (time.Time, error) {
	var stamp time.Time
	text := row.Field(column)
	if err := stamp.UnmarshalText(text); err != nil {
		seconds, err := strconv.ParseFloat(string(text), 64)
		if err != nil || !(math.Abs(seconds) < 1e10) {
			return stamp, row.Errorf(column, "this is no time; write RFC 3339, such as 2026-09-01T00:00:00Z, or Unix seconds")
		}
		whole, part := math.Modf(seconds)
		stamp = time.Unix(int64(whole), int64(math.Round(part*1e6))*1000)
	}
	stamp = stamp.UTC()
	return stamp, inOurTime(row, column, stamp)
}

// inOurTime refuses years that nobody measures in.
func inOurTime(row *csvfile.Row, column int, stamp time.Time) error {
	if stamp.Year() < firstYear || stamp.Year() > lastYear {
		return row.Errorf(column, "the year %d is not between %d and %d", stamp.Year(), firstYear, lastYear)
	}
	return nil
}

// sorted returns the points by time, or an error for a timestamp that is there twice.
func (h *history) sorted(file, id string) ([]forecast.UsageDataPoint, error) {
	rising := true
	for i := 1; i < len(h.points) && rising; i++ {
		rising = h.points[i].Timestamp.After(h.points[i-1].Timestamp)
	}
	if rising {
		return h.points, nil
	}
	order := make([]int, len(h.points))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return h.points[a].Timestamp.Compare(h.points[b].Timestamp) })
	points := make([]forecast.UsageDataPoint, len(order))
	for i, from := range order {
		points[i] = h.points[from]
		if i > 0 && points[i].Timestamp.Equal(points[i-1].Timestamp) {
			line := strconv.Itoa(h.lines[from])
			return nil, fault.Invalid(file+":"+line+":timestamp",
				"%s line %s, column timestamp, value %q: series %q already has this time in line %d",
				file, line, points[i].Timestamp.Format(time.RFC3339), id, h.lines[order[i-1]])
		}
	}
	return points, nil
}
