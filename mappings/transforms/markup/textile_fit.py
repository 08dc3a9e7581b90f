from .tree import Blocks
def fitted(b: Blocks) -> Blocks: return b
