package forecastplot

import (
	"image/color"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// addRegimes marks where a new regime begins.
func (p Picture) addRegimes(d *drawing) error {
	from, until := p.span()
	explained := false
	for _, at := range p.Regimes {
		if at.Before(from) || at.After(until) {
			continue
		}
		line, err := upright(d.Plot, at, change, dotting)
		if err != nil {
			return err
		}
		d.Add(line)
		if !explained {
			d.explain("new regime", line)
			explained = true
		}
	}
	return nil
}

// addCapacity draws how much there is, a step for every change.
func (p Picture) addCapacity(d *drawing) error {
	if p.Capacity == nil {
		return nil
	}
	from, until := p.span()
	instants := []time.Time{from, until}
	for _, level := range p.Capacity.Levels {
		instants = append(instants, level.From)
	}
	for _, addition := range p.Capacity.Planned {
		instants = append(instants, addition.At)
	}
	slices.SortFunc(instants, time.Time.Compare)
	var points plotter.XYs
	for _, at := range instants {
		if at.Before(from) || at.After(until) {
			continue
		}
		v := min(p.Capacity.At(at), d.Y.Max)
		if n := len(points); n > 0 {
			points = append(points, plotter.XY{X: seconds(at), Y: points[n-1].Y})
		}
		points = append(points, plotter.XY{X: seconds(at), Y: v})
	}
	if p.Capacity.At(from) > d.Y.Max && p.Capacity.At(until) > d.Y.Max {
		return nil
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.Color, line.Width, line.Dashes = limit, vg.Points(1.4), dashes
	d.Add(line)
	d.explain("capacity", line)
	return nil
}

// addExhaustion marks the date on which P90 reaches capacity.
func (p Picture) addExhaustion(d *drawing) error {
	if p.Exhaustion == nil || p.Exhaustion.P90 == nil {
		return nil
	}
	at := *p.Exhaustion.P90
	line, err := upright(d.Plot, at, limit, nil)
	if err != nil {
		return err
	}
	d.Add(line)
	d.explain("P90 at capacity "+at.UTC().Format("2 Jan 2006"), line)
	return nil
}

// upright is a line from bottom to top at an instant.
func upright(d *plot.Plot, at time.Time, colour color.Color, dash []vg.Length) (*plotter.Line, error) {
	line, err := plotter.NewLine(plotter.XYs{{X: seconds(at), Y: d.Y.Min}, {X: seconds(at), Y: d.Y.Max}})
	if err != nil {
		return nil, err
	}
	line.Color, line.Width, line.Dashes = colour, vg.Points(1), dash
	return line, nil
}
