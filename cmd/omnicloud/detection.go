package main

import (
	"context"
	"errors"
	"io"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
)

// detectionFlags are those of the commands that look at each series of a file by itself.
type detectionFlags struct {
	In        string `help:"CSV of series_id,timestamp,value, plain or .gz; - is standard input." placeholder:"FILE" required:""`
	SkipShort bool   `help:"Leave out series that are too short, and say so, instead of failing."`
	Out       string `help:"CSV to write; - is standard output." placeholder:"FILE" required:""`
}

// run hands every series that is long enough to what begin returns for the output.
func (f *detectionFlags) run(ctx context.Context, std streams, begin func(io.Writer) (func(forecast.Series) error, error)) error {
	if f.In != "-" && f.Out != "-" && sameFile(f.In, f.Out) {
		return usageError{errors.New("--out would overwrite what --in reads; name another file")}
	}
	output, err := allocationfile.CreateOutput(f.Out, std.Out)
	if err != nil {
		return err
	}
	defer output.Discard()
	detect, err := begin(output)
	if err != nil {
		return err
	}
	notes := newForecastNotes(std.Err, f.SkipShort)
	counter := newLineCounter(std.Err, "series")
	defer counter.finish()
	err = seriesfile.Read(f.In, std.In, func(series forecast.Series) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		counter.add(1)
		if left, err := notes.left(series.CheckLength()); left || err != nil {
			return err
		}
		return detect(series)
	})
	if err != nil {
		return err
	}
	if err := notes.finish(f.In); err != nil {
		return err
	}
	return output.Commit()
}
