package drift

// Severity is what a difference does to security and behaviour.
type Severity string

// The severities, from the least to the most grave.
const (
	// Cosmetic is naming and tags: nothing behaves differently.
	Cosmetic Severity = "cosmetic"
	// Functional changes behaviour, not security.
	Functional Severity = "functional"
	// Security touches who may reach or read what.
	Security Severity = "security"
	// Critical needs action at once: exposure to the world, an exposed secret.
	Critical Severity = "critical"
)

// Severities lists every severity, the least grave first.
func Severities() []Severity { return []Severity{Cosmetic, Functional, Security, Critical} }

// Valid reports whether the severity is one of the four.
func (s Severity) Valid() bool { return s.rank() > 0 }

// AtLeast reports whether the severity is as grave as another, or graver.
func (s Severity) AtLeast(other Severity) bool { return s.rank() >= other.rank() }

func (s Severity) rank() int {
	for index, known := range Severities() {
		if s == known {
			return index + 1
		}
	}
	return 0
}
