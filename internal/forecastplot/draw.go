package forecastplot

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"time"
	"unicode"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The colours are told apart by people who do not see red from green: blue, orange, vermilion, greys.
var (
	ink     = color.NRGBA{R: 0x1f, G: 0x29, B: 0x37, A: 0xff}
	quiet   = color.NRGBA{R: 0x6b, G: 0x72, B: 0x80, A: 0xff}
	grid    = color.NRGBA{R: 0xe5, G: 0xe7, B: 0xeb, A: 0xff}
	past    = color.NRGBA{R: 0x4b, G: 0x55, B: 0x63, A: 0xff}
	median  = color.NRGBA{R: 0x1d, G: 0x4e, B: 0xd8, A: 0xff}
	shade   = color.NRGBA{R: 0x1d, G: 0x4e, B: 0xd8, A: 0x2b}
	limit   = color.NRGBA{R: 0xc2, G: 0x41, B: 0x0c, A: 0xff}
	change  = color.NRGBA{R: 0x7c, G: 0x3a, B: 0xed, A: 0xff}
	dashes  = []vg.Length{vg.Points(6), vg.Points(3)}
	dotting = []vg.Length{vg.Points(1.5), vg.Points(3)}
)

// drawing is a plot whose legend is a row between title and data, where it hides nothing.
type drawing struct {
	*plot.Plot
	row []plot.Legend
}

// explain adds words to the row.
func (d *drawing) explain(words string, mark plot.Thumbnailer) {
	entry := plot.NewLegend()
	entry.Top, entry.Left = true, true
	entry.TextStyle.Font.Variant, entry.TextStyle.Font.Size, entry.TextStyle.Color = "Sans", vg.Points(10), ink
	entry.Padding, entry.ThumbnailWidth = vg.Points(3), vg.Points(18)
	entry.Add(words, mark)
	d.row = append(d.row, entry)
}

// on draws the plot, and the row in its middle under the title.
func (d *drawing) on(c draw.Canvas) {
	d.Draw(c)
	const gap = 14
	width := vg.Points(gap * float64(len(d.row)-1))
	for _, entry := range d.row {
		width += entry.Rectangle(c).Size().X
	}
	at := (c.Size().X - width) / 2
	for _, entry := range d.row {
		entry.Draw(draw.Crop(c, at, 0, 0, -vg.Points(22)))
		at += entry.Rectangle(c).Size().X + vg.Points(gap)
	}
}

// draw puts everything on one plot, the farthest back first.
func (p Picture) draw() (*drawing, error) {
	d := &drawing{Plot: plot.New()}
	from, until := p.span()
	low, high := p.reach()
	p.frame(d.Plot)
	d.X.Min, d.X.Max, d.Y.Min, d.Y.Max = seconds(from), seconds(until), low, high
	d.X.Tick.Marker = instants{}
	d.Y.Tick.Marker = values{}

	lines := plotter.NewGrid()
	lines.Vertical.Width = 0
	lines.Horizontal.Color = grid
	d.Add(lines)
	steps := []func(*drawing) error{p.addBand, p.addRegimes, p.addHistory, p.addMedian, p.addCapacity, p.addExhaustion}
	for _, add := range steps {
		if err := add(d); err != nil {
			return nil, err
		}
	}
	// Adding widens the axes to what was added; a capacity far above stays outside.
	d.X.Min, d.X.Max, d.Y.Min, d.Y.Max = seconds(from), seconds(until), low, high
	return d, nil
}

// frame sets titles, fonts and axes.
func (p Picture) frame(d *plot.Plot) {
	d.Title.TextStyle.Font.Variant, d.Title.TextStyle.Font.Size, d.Title.TextStyle.Color = "Sans", vg.Points(14), ink
	d.Title.Text = fitting(p.Title, d.Title.TextStyle)
	d.Title.Padding = vg.Points(26)
	d.Y.Label.Text = p.Unit
	for _, axis := range []*plot.Axis{&d.X, &d.Y} {
		axis.Color, axis.Tick.Color = grid, grid
		axis.Tick.Label.Font.Variant, axis.Tick.Label.Font.Size, axis.Tick.Label.Color = "Sans", vg.Points(10), quiet
		axis.Label.TextStyle.Font.Variant, axis.Label.TextStyle.Font.Size, axis.Label.TextStyle.Color = "Sans", vg.Points(10), quiet
		axis.Padding = vg.Points(4)
	}
	d.Y.Width = 0
	d.Y.Tick.Length = 0
}

// fitting returns a title on one line that is no wider than the drawing: the middle of a longer one gives way.
func fitting(title string, style draw.TextStyle) string {
	letters := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, title))
	const room = width - 2.5*vg.Inch // another font may be wider than the one that measures
	for cut := range letters {
		text := string(letters)
		if cut > 0 {
			kept := len(letters) - cut
			text = string(letters[:kept-kept/2]) + "…" + string(letters[len(letters)-kept/2:])
		}
		if style.Width(text) <= room {
			return text
		}
	}
	return ""
}

// stroke is how wide a line is drawn: thinner where points stand close, or they would hide the band.
func (p Picture) stroke(points float64) vg.Length {
	const roomy = 300
	shown := float64(len(p.History) - p.shown() + len(p.Forecast.Predictions))
	return vg.Points(points * min(1, max(0.4, math.Sqrt(roomy/shown))))
}

func seconds(t time.Time) float64 { return float64(t.Unix()) }

// addBand shades what lies between the lowest and the highest level, and between those within them once more. It
// opens from the last measured point, so that a band of one point shows too.
func (p Picture) addBand(d *drawing) error {
	n := len(p.Forecast.Levels)
	for low := range n / 2 {
		area, err := plotter.NewPolygon(p.outline(low, n-1-low))
		if err != nil {
			return err
		}
		area.Color, area.Width = shadeOf(low), 0
		d.Add(area)
		d.explain(fmt.Sprintf("P%g to P%g", percent(p.Forecast.Levels[low]), percent(p.Forecast.Levels[n-1-low])), area)
	}
	return nil
}

// shadeOf is darker for bands within bands.
func shadeOf(within int) color.NRGBA {
	darker := shade
	darker.A = uint8(min(int(shade.A)*(1+within), 0x90)) //nolint:gosec // at most 0x90
	return darker
}

// outline runs along one level and back along another.
func (p Picture) outline(low, high int) plotter.XYs {
	points := p.Forecast.Predictions
	outline := make(plotter.XYs, 0, 2*len(points)+1)
	if last, measured := p.last(); measured {
		outline = append(outline, last)
	}
	for _, prediction := range points {
		outline = append(outline, plotter.XY{X: seconds(prediction.Timestamp), Y: prediction.Quantiles[high]})
	}
	for i := len(points) - 1; i >= 0; i-- {
		outline = append(outline, plotter.XY{X: seconds(points[i].Timestamp), Y: points[i].Quantiles[low]})
	}
	return outline
}

// last is the last point of the history, where that was measured.
func (p Picture) last() (point plotter.XY, measured bool) {
	n := len(p.History)
	if n == 0 || math.IsNaN(p.History[n-1]) {
		return point, false
	}
	return plotter.XY{X: seconds(p.at(n - 1)), Y: p.History[n-1]}, true
}

// percent is a level as people write it, without the noise of a product.
func percent(level float64) float64 { return math.Round(level*1e6) / 1e4 }

// addHistory draws what was measured, a line for each part without a gap.
func (p Picture) addHistory(d *drawing) error {
	var part plotter.XYs
	named := false
	flush := func() error {
		if len(part) == 0 {
			return nil
		}
		line, err := plotter.NewLine(part)
		if err != nil {
			return err
		}
		line.Color, line.Width = past, p.stroke(1.2)
		d.Add(line)
		if !named {
			d.explain("measured", line)
			named = true
		}
		part = nil
		return nil
	}
	for i := p.shown(); i < len(p.History); i++ {
		if !math.IsNaN(p.History[i]) {
			part = append(part, plotter.XY{X: seconds(p.at(i)), Y: p.History[i]})
			continue
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return flush()
}

// addMedian draws the forecast from the last measured point on.
func (p Picture) addMedian(d *drawing) error {
	var points plotter.XYs
	if last, measured := p.last(); measured {
		points = append(points, last)
	}
	for _, prediction := range p.Forecast.Predictions {
		points = append(points, plotter.XY{X: seconds(prediction.Timestamp), Y: prediction.Value})
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = median, p.stroke(1.8)
	d.Add(line)
	d.explain("forecast", line)
	return nil
}
