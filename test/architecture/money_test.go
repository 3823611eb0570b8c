package architecture

import (
	"go/ast"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// exactFolders hold money; a float there would lose it.
var exactFolders = []string{
	"domain/money", "domain/allocation", "domain/closing", "domain/ledger", "domain/charge", "domain/tenancy",
}

func TestNoFloatTouchesMoney(t *testing.T) {
	for _, file := range sources(t) {
		if !inside(file.folder(), exactFolders) {
			continue
		}
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			if name, isName := node.(*ast.Ident); isName {
				assert.False(t, isFloat(name.Name), "%s uses %s", file.set.Position(name.Pos()), name.Name)
			}
			return true
		})
	}
}

// TestForecastsPriceInDecimals keeps measured quantities, which are floats, from turning into money or
// money into them but at the one border, which spells the quantity out.
func TestForecastsPriceInDecimals(t *testing.T) {
	const border = "domain/forecast/capacity/quantity.go"
	for _, file := range sources(t) {
		if !within(file.folder(), "domain/forecast") || file.isTest() {
			continue
		}
		prices := slices.Contains(file.imports(), "github.com/shopspring/decimal")
		ast.Inspect(file.syntax, func(node ast.Node) bool {
			name, isName := node.(*ast.Ident)
			if !isName || !prices || file.path == border {
				return true
			}
			switch name.Name {
			case "NewFromFloat", "NewFromFloat32", "NewFromFloatWithExponent", "InexactFloat64", "Float64", "NewFromString", "RequireFromString":
				t.Errorf("%s uses %s; a quantity meets a price in %s alone", file.set.Position(name.Pos()), name.Name, border)
			}
			return true
		})
	}
}

func isFloat(name string) bool {
	switch name {
	case "float32", "float64", "InexactFloat64", "NewFromFloat", "NewFromFloat32", "ParseFloat", "Float64", "SetFloat64":
		return true
	default:
		return false
	}
}

func inside(folder string, folders []string) bool {
	for _, candidate := range folders {
		if within(folder, candidate) {
			return true
		}
	}
	return false
}
