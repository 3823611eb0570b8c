package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
	"github.com/omnicloud/omnicloud/internal/forecastplot"
)

// forecastGallery draws forecasts into a folder, a file for each series; without a folder it draws none.
type forecastGallery struct{ folder string }

// newForecastGallery makes the folder where it is missing.
func newForecastGallery(folder string) (forecastGallery, error) {
	if folder == "" {
		return forecastGallery{}, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { // pictures are for everybody
		var system *fs.PathError
		if errors.As(err, &system) {
			err = system.Err
		}
		return forecastGallery{}, fault.Wrap(err, fault.InvalidInput, "the folder %s of --plot cannot be made", folder)
	}
	return forecastGallery{folder}, nil
}

// add draws one series as SVG.
func (g forecastGallery) add(w watched, outlook forecast.Outlook) error {
	if g.folder == "" {
		return nil
	}
	picture := forecastplot.Of(outlook)
	picture.Unit = w.unit
	changes, err := forecast.DetectRegimeChange(w.series.Points, forecast.DefaultSensitivity)
	if err != nil {
		return err
	}
	for _, change := range changes {
		picture.Regimes = append(picture.Regimes, change.Timestamp)
	}
	if picture.Capacity = w.limit; w.limit != nil {
		if exhaustion, err := capacity.ProjectCapacityExhaustion(outlook.Forecast, *w.limit); err == nil {
			picture.Exhaustion = &exhaustion
		}
	}
	output, err := allocationfile.CreateOutput(filepath.Join(g.folder, pictureName(w.series.ID)), nil)
	if err != nil {
		return err
	}
	defer output.Discard()
	if err := picture.WriteSVG(output); err != nil {
		return err
	}
	return output.Commit()
}

// pictureName makes a file's name from the id of a series: another one for every id.
func pictureName(id string) string {
	const longest = 200
	name := url.PathEscape(id)
	if len(name) > longest {
		name = fmt.Sprintf("%s-%.8x", name[:longest-17], sha256.Sum256([]byte(id)))
	}
	if name == "" || name[0] == '.' {
		name = "%" + name
	}
	return name + ".svg"
}

// exhaustionWords says when a series whose forecast begins at first runs out and, where more takes time to get, by
// when to order; or until when it does not run out even at P90.
func exhaustionWords(id string, first time.Time, e capacity.Exhaustion, leadTime time.Duration) string {
	until := e.Until.UTC().Format(time.DateOnly)
	if e.P90 == nil {
		return fmt.Sprintf("series %q stays below its capacity until %s, at P90", id, until)
	}
	if e.P10 != nil && e.P10.Equal(first) {
		return fmt.Sprintf("series %q is beyond its capacity already, at P10", id)
	}
	date := func(t *time.Time) string {
		if t == nil {
			return "not before " + until
		}
		return t.UTC().Format(time.DateOnly)
	}
	words := fmt.Sprintf("series %q reaches its capacity: P90 %s, P50 %s, P10 %s", id, date(e.P90), date(e.P50), date(e.P10))
	if leadTime > 0 {
		words += "; order by " + e.P90.Add(-leadTime).UTC().Format(time.DateOnly)
	}
	return words
}
