// Package matching pairs the elements of two unordered lists at the least total cost.
package matching

const unreached = int(^uint(0) >> 1)

// Assign pairs every row with a column of its own so that the sum of cost(row, column) is least, and
// returns the column of each row. There must be at least as many columns as rows. Costs may be
// negative. It takes time with rows² · columns: shortest augmenting paths over reduced costs
// (Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear
// assignment problems", Computing 38, 1987). The same costs always give the same pairs.
func Assign(rows, columns int, cost func(row, column int) int) []int {
	s := solver{
		cost: cost, rowPrice: make([]int, rows+1), columnPrice: make([]int, columns+1),
		matched: make([]int, columns+1), before: make([]int, columns+1),
		least: make([]int, columns+1), done: make([]bool, columns+1),
	}
	for row := 1; row <= rows; row++ {
		s.place(row)
	}
	result := make([]int, rows)
	for column := 1; column <= columns; column++ {
		if s.matched[column] > 0 {
			result[s.matched[column]-1] = column - 1
		}
	}
	return result
}

// solver counts rows and columns from 1; column 0 stands for the row that is being placed.
type solver struct {
	cost                  func(row, column int) int
	rowPrice, columnPrice []int
	matched               []int // the row of a column, 0 for none
	before                []int // the column before on the shortest path
	least                 []int // the length of that path
	done                  []bool
}

// place finds the cheapest way to give a row a column, moving rows that are placed already.
func (s *solver) place(row int) {
	s.matched[0] = row
	for column := range s.least {
		s.least[column], s.done[column] = unreached, false
	}
	column := 0
	for s.matched[column] != 0 {
		column = s.extend(column)
	}
	for column != 0 {
		s.matched[column] = s.matched[s.before[column]]
		column = s.before[column]
	}
}

// extend adds a column to the tree of shortest paths and returns the next nearest.
func (s *solver) extend(column int) int {
	s.done[column] = true
	row, step, next := s.matched[column], unreached, 0
	for candidate := 1; candidate < len(s.least); candidate++ {
		if s.done[candidate] {
			continue
		}
		if reduced := s.cost(row-1, candidate-1) - s.rowPrice[row] - s.columnPrice[candidate]; reduced < s.least[candidate] {
			s.least[candidate], s.before[candidate] = reduced, column
		}
		if s.least[candidate] < step {
			step, next = s.least[candidate], candidate
		}
	}
	for candidate := range s.done {
		if s.done[candidate] {
			s.rowPrice[s.matched[candidate]] += step
			s.columnPrice[candidate] -= step
		} else {
			s.least[candidate] -= step
		}
	}
	return next
}
