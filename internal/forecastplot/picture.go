package forecastplot

import (
	"bytes"
	"image/color"
	"io"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// Picture is what is drawn. Only the forecast is needed.
type Picture struct {
	// Title stands above the drawing, Unit beside the values.
	Title, Unit string
	// History begins at Start, at the forecast's granularity; NaN is a gap. Of a long one the last part
	// is drawn.
	Start    time.Time
	History  []float64
	Forecast forecast.ForecastResult
	// Regimes are the first instants of new regimes; those before the part that is drawn are left out.
	Regimes    []time.Time
	Capacity   *capacity.Capacity
	Exhaustion *capacity.Exhaustion
}

// Of returns the picture of an outlook. What was missing and filled in is a gap again.
func Of(outlook forecast.Outlook) Picture {
	history := slices.Clone(outlook.Diagnostics.History)
	for _, at := range outlook.Diagnostics.Filled {
		history[at] = math.NaN()
	}
	return Picture{Title: outlook.SeriesID, Start: outlook.Diagnostics.Start, History: history, Forecast: outlook.Forecast}
}

// Size of a drawing.
const (
	width  = 10 * vg.Inch
	height = 4.5 * vg.Inch
)

// WriteSVG draws a picture as SVG. A forecast without points is InvalidInput. Where the font that it was measured
// by is missing, one of the same widths is shown.
func (p Picture) WriteSVG(w io.Writer) error {
	var drawn bytes.Buffer
	if err := p.write(&drawn, vgsvg.New(width, height)); err != nil {
		return err
	}
	const font = "font-family:Liberation Sans"
	_, err := w.Write(bytes.ReplaceAll(drawn.Bytes(), []byte(font), []byte(font+",Arial,Helvetica,sans-serif")))
	return err
}

// WritePNG draws a picture as PNG of 1440 by 648 pixels. A forecast without points is InvalidInput.
func (p Picture) WritePNG(w io.Writer) error {
	return p.write(w, vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(144))})
}

// canvas is a format to draw in.
type canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

func (p Picture) write(w io.Writer, c canvas) error {
	if len(p.Forecast.Predictions) == 0 {
		return fault.New(fault.InvalidInput, "the forecast %q has no points to draw", p.Title)
	}
	drawing, err := p.draw()
	if err != nil {
		return err
	}
	whole := draw.New(c)
	whole.SetColor(color.White)
	whole.Fill(whole.Path())
	drawing.on(draw.Crop(whole, vg.Points(18), -vg.Points(32), vg.Points(8), -vg.Points(10)))
	_, err = c.WriteTo(w)
	return err
}

// How much history is drawn: three horizons within 60 to 600 points, and one horizon of a longer one.
const (
	leastShown = 60
	mostShown  = 600
)

// shown returns the first point of the history that is drawn. Where the last regime begins up to as many points
// earlier again, its beginning is drawn too.
func (p Picture) shown() (first int) {
	horizon := len(p.Forecast.Predictions)
	points := max(leastShown, min(3*horizon, max(mostShown, horizon)))
	first = max(0, len(p.History)-points)
	if len(p.Regimes) == 0 || first == 0 {
		return first
	}
	latest := slices.MaxFunc(p.Regimes, time.Time.Compare)
	if !latest.Before(p.at(first)) {
		return first
	}
	for earlier := first; earlier >= max(0, first-points); earlier-- {
		if !p.at(earlier).After(latest) {
			return max(0, earlier-points/20)
		}
	}
	return first
}

// at is the instant of a point of the history.
func (p Picture) at(i int) time.Time { return p.Forecast.Granularity.Step(p.Start, i) }

// span returns the first and the last instant of the drawing.
func (p Picture) span() (from, until time.Time) {
	points := p.Forecast.Predictions
	from, until = points[0].Timestamp, points[len(points)-1].Timestamp
	if first := p.shown(); first < len(p.History) {
		from = p.at(first)
	}
	return from, until
}

// reach returns the least and the greatest value that is drawn; capacity far above everything is left
// out of it, so that it does not press the rest flat.
func (p Picture) reach() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	include := func(v float64) {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	for _, v := range p.History[p.shown():] {
		include(v)
	}
	for _, prediction := range p.Forecast.Predictions {
		include(prediction.Value)
		for _, q := range prediction.Quantiles {
			include(q)
		}
	}
	if p.Capacity != nil {
		from, until := p.span()
		spread := high - low
		for _, t := range []time.Time{from, until} {
			if v := p.Capacity.At(t); v <= high+3*max(spread, math.Abs(high)/3) {
				include(v)
			}
		}
	}
	if low == high {
		return low - 1, high + 1
	}
	margin := 0.06 * (high - low)
	if low >= 0 && low-margin < 0 {
		return 0, high + margin
	}
	return low - margin, high + margin
}
