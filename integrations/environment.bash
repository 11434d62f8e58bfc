# Source this in bash where Ianvs or Sedna runs, after `make build`: its Python finds our packages, and of ROS and torch it
# needs nothing.
laecips_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
laecips_built=$(compgen -G "$laecips_root/install/*/lib/python3*/site-packages" | head -n 1)
[ -n "$laecips_built" ] || echo "integrations/environment.bash: nothing is built in $laecips_root: run 'make build' there" >&2
export PYTHONPATH="$laecips_root/integrations/laecips_joint:$laecips_built${PYTHONPATH:+:$PYTHONPATH}"
unset laecips_root laecips_built
