"""What a buyer does with a plan: decide lines, look at what a quantity would do, hand the order on.

Every rule of the pages is here, and none of the web: the same use cases serve pages, REST and tests.
"""
