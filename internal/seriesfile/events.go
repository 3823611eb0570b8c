package seriesfile

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// ReadEvents reads name,from,until and, where there are such columns, series_id and effect from a file,
// plain or gzip. Times are RFC 3339, Unix seconds or a date, which stands for its first instant in UTC;
// an empty until is a day after from, an empty effect one to be learnt. Errors are InvalidInput and name
// file, line, column and value; events of one name and series that overlap are one.
func ReadEvents(path string) ([]event.Event, error) {
	var events []event.Event
	err := pass(path, path, func(file *csvfile.Reader) error {
		columns, err := file.Require("name", "from", "until")
		if err != nil {
			return err
		}
		series, effect := file.Column("series_id"), file.Column("effect")
		lines := map[string][]placed{}
		var row csvfile.Row
		for {
			if err := file.Read(&row); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			e, err := readEvent(&row, columns, series, effect)
			if err != nil {
				return err
			}
			key := e.Name + "\x00" + e.SeriesID
			for _, other := range lines[key] {
				if e.From.Before(other.Until) && other.From.Before(e.Until) {
					return row.Errorf(columns[1], "the event %q of line %d holds at this time too; give each span of it once", e.Name, other.line)
				}
			}
			lines[key] = append(lines[key], placed{e, row.Line})
			events = append(events, e)
		}
	})
	return events, err
}

// placed is an event with its line.
type placed struct {
	event.Event
	line int
}

func readEvent(row *csvfile.Row, columns []int, series, effect int) (event.Event, error) {
	e := event.Event{Name: string(row.Field(columns[0]))}
	var err error
	if e.From, err = instantOrDate(row, columns[1]); err != nil {
		return e, err
	}
	e.Until = e.From.AddDate(0, 0, 1)
	if len(row.Field(columns[2])) > 0 {
		if e.Until, err = instantOrDate(row, columns[2]); err != nil {
			return e, err
		}
	}
	if series >= 0 {
		e.SeriesID = string(row.Field(series))
	}
	if effect >= 0 && len(row.Field(effect)) > 0 {
		if e.Effect, err = strconv.ParseFloat(string(row.Field(effect)), 64); err != nil || !(e.Effect > 0) {
			return e, row.Errorf(effect, "this is no factor above 0; leave it empty to have it learnt")
		}
	}
	if err := e.Check(); err != nil {
		at := columns[2]
		switch {
		case e.Name == "":
			at = columns[0]
		case e.From.Before(e.Until):
			at = effect
		}
		return e, row.Errorf(at, "%s", err)
	}
	return e, nil
}

// instantOrDate reads a date too.
func instantOrDate(row *csvfile.Row, column int) (time.Time, error) {
	date, err := time.Parse(time.DateOnly, string(row.Field(column)))
	if err != nil {
		return instant(row, column)
	}
	return date, inOurTime(row, column, date)
}
