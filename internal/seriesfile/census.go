package seriesfile

import (
	"errors"
	"io"

	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// census is which series a file holds, in the order in which they first appear, and how many rows each
// has.
type census struct {
	ids    []string
	rows   []int
	places map[string]int
}

// count takes the census of a file.
func count(file *csvfile.Reader) (*census, error) {
	columns, err := file.Require("series_id", "timestamp", "value")
	if err != nil {
		return nil, err
	}
	c := &census{places: map[string]int{}}
	var row csvfile.Row
	last := -1
	for {
		if err := file.Read(&row); errors.Is(err, io.EOF) {
			return c, nil
		} else if err != nil {
			return nil, err
		}
		last, err = c.place(&row, columns[0], last)
		if err != nil {
			return nil, err
		}
		c.rows[last]++
	}
}

// place returns where a row's series stands in the census, adding it where it is new. last is the
// place of the row before, which is tried first.
func (c *census) place(row *csvfile.Row, column, last int) (int, error) {
	id := row.Field(column)
	if last >= 0 && string(id) == c.ids[last] {
		return last, nil
	}
	if place, known := c.places[string(id)]; known {
		return place, nil
	}
	if len(id) == 0 {
		return 0, row.Errorf(column, "a row needs the id of its series")
	}
	place := len(c.ids)
	c.ids = append(c.ids, string(id))
	c.rows = append(c.rows, 0)
	c.places[c.ids[place]] = place
	return place, nil
}
